//! Lists the icons that are embedded, and embeds the themes again when a file of them changes.

use std::path::Path;
use std::{env, fs};

use lucide_static_svg::Icon;

fn main() {
    println!("cargo::rerun-if-changed=../../themes");
    let folder = env::var_os("OUT_DIR").expect("cargo names the folder");
    fs::write(Path::new(&folder).join("icons.txt"), icons()).expect("the folder can be written to");
}

/// Every icon of Lucide in a line, sorted by name: the name, a space, and the shapes without the outer element, which
/// is the same for all.
fn icons() -> String {
    let mut lines: Vec<String> = Icon::all()
        .iter()
        .map(|icon| format!("{} {}\n", icon.name(), shapes(icon.svg_str())))
        .collect();
    lines.sort_unstable();
    lines.concat()
}

fn shapes(svg: &str) -> String {
    let (_, inside) = svg.split_once('>').expect("an SVG element");
    let (inside, _) = inside.rsplit_once("</svg>").expect("its end");
    let elements = inside.lines().map(str::trim).filter(|line| !line.is_empty());
    elements.map(|element| element.replace(" />", "/>")).collect()
}
