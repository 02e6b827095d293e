//! Images: smaller variants are made once, and the HTML describes them correctly.

use std::fs;
use std::io::Cursor;

use crate::support::{Run, Sandbox, png, snapshot};

/// A window with a title bar and a button: few colours, sharp edges.
fn screenshot(width: u32, height: u32) -> Vec<u8> {
    png(width, height, |x, y| match (x, y) {
        (_, 0..40) => [30, 60, 120, 255],
        (200..300, 100..140) => [220, 40, 40, 255],
        _ => [250, 250, 250, 255],
    })
}

/// An image with something everywhere, so that fewer pixels are fewer bytes.
fn photo(width: u32, height: u32) -> Vec<u8> {
    png(width, height, |x, y| {
        let noise = x
            .wrapping_mul(2_654_435_761)
            .rotate_left(y % 32)
            .wrapping_mul(y.wrapping_mul(40_503) | 1);
        [(noise >> 24) as u8, (x / 8) as u8, (y / 4) as u8, 255]
    })
}

/// Width, height and pixels of a WebP, with or without opacity.
fn webp(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).expect("a WebP");
    let (width, height) = decoder.dimensions();
    let mut pixels = vec![0; decoder.output_buffer_size().expect("a size")];
    decoder.read_image(&mut pixels).expect("pixels");
    (width, height, pixels)
}

/// The one file of the site whose path begins and ends so.
fn file(sandbox: &Sandbox, start: &str, end: &str) -> (String, Vec<u8>) {
    let files = snapshot(&sandbox.path("public"));
    let mut found = files
        .into_iter()
        .filter(|(path, _)| path.starts_with(start) && path.ends_with(end));
    let file = found.next().unwrap_or_else(|| panic!("no `{start}*{end}`"));
    assert_eq!(found.next(), None);
    file
}

fn webp_files(sandbox: &Sandbox) -> Vec<String> {
    let files = snapshot(&sandbox.path("public")).into_keys();
    files.filter(|path| path.ends_with(".webp")).collect()
}

fn built(sandbox: &Sandbox) -> Run {
    let run = sandbox.build();
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

#[test]
fn a_screenshot_is_offered_in_smaller_variants() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\nText.\n\n![The window](shot.png)\n")]);
    sandbox.write("content/shot.png", photo(1000, 600));
    built(&sandbox);
    let (original, bytes) = file(&sandbox, "shot.", ".png");
    assert_eq!(bytes, photo(1000, 600));
    let (wide, wide_bytes) = file(&sandbox, "shot.", "-1000.webp");
    let (narrow, narrow_bytes) = file(&sandbox, "shot.", "-480.webp");
    let page = sandbox.read("public/a/index.html");
    let wanted = format!(
        "<p class=\"picture\"><a class=\"zoom\" href=\"/{original}\"><picture><source type=\"image/webp\" srcset=\"/{narrow} 480w, /{wide} 1000w\" \
         sizes=\"(min-width: 704px) 672px, calc(100vw - 32px)\"><img src=\"/{original}\" alt=\"The window\" width=\"1000\" \
         height=\"600\" fetchpriority=\"high\" decoding=\"async\"></picture></a></p>"
    );
    assert!(page.contains(&wanted), "{wanted}\n{page}");
    let size = |bytes: &[u8]| (webp(bytes).0, webp(bytes).1);
    assert_eq!((size(&wide_bytes), size(&narrow_bytes)), ((1000, 600), (480, 288)));
    assert!(narrow_bytes.len() < wide_bytes.len());
    // Programs are given the image itself.
    assert!(
        sandbox
            .read("public/a/index.md")
            .contains(&format!("![The window](/{original})"))
    );
}

#[test]
fn sharp_edges_stay_sharp() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\n![The window](shot.png)\n")]);
    sandbox.write("content/shot.png", screenshot(800, 400));
    built(&sandbox);
    let (width, _, pixels) = webp(&file(&sandbox, "shot.", "-800.webp").1);
    let pixel = |x: usize, y: usize| &pixels[(y * width as usize + x) * 3..][..3];
    for (x, y, wanted) in [
        (199, 120, [250; 3]),
        (200, 120, [220, 40, 40]),
        (500, 39, [30, 60, 120]),
    ] {
        assert_eq!(pixel(x, y), wanted, "{x} {y}");
    }
}

#[test]
fn what_a_build_made_the_next_one_takes() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\n![The window](shot.png)\n")]);
    sandbox.write("content/shot.png", screenshot(400, 300));
    built(&sandbox);
    let first = snapshot(&sandbox.path("public"));
    let (path, made) = file(&sandbox, "shot.", ".webp");
    let record = sandbox.read("public/.kb-images.json");

    // A marked variant, to see that it was not made again.
    let mut marked = made.clone();
    marked.extend(b"marked");
    let hash = |bytes: &[u8]| format!("{:016x}", xxhash_rust::xxh3::xxh3_64(bytes));
    let forged = record.replace(&hash(&made), &hash(&marked));
    assert_ne!(forged, record);
    sandbox.write(&format!("public/{path}"), &marked);
    sandbox.write("public/.kb-images.json", &forged);
    built(&sandbox);
    assert_eq!(file(&sandbox, "shot.", ".webp").1, marked, "taken, not made");

    // The image may be elsewhere by then.
    sandbox.write("content/guides/b.md", "# B\n\n![The window](../moved.png)\n");
    fs::rename(sandbox.path("content/shot.png"), sandbox.path("content/moved.png")).expect("moved");
    sandbox.write("content/a.md", "# A\n");
    built(&sandbox);
    assert_eq!(file(&sandbox, "moved.", ".webp").1, marked);
    fs::rename(sandbox.path("content/moved.png"), sandbox.path("content/shot.png")).expect("moved");
    fs::remove_dir_all(sandbox.path("content/guides")).expect("removed");
    sandbox.write("content/a.md", "# A\n\n![The window](shot.png)\n");

    // What is not as it was noted is made again, and so is everything without a note.
    for broken in [record.as_str(), "", "{\"encoder\":"] {
        built(&sandbox);
        sandbox.write(&format!("public/{path}"), &marked);
        sandbox.write("public/.kb-images.json", broken);
        built(&sandbox);
        assert_eq!(snapshot(&sandbox.path("public")), first);
    }
    let again = sandbox.kb(&["build"]);
    assert!(
        again.stderr.contains(": 0 new or changed, 0 removed)"),
        "{}",
        again.stderr
    );
}

#[test]
fn a_photo_is_shown_as_it_was_held() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\n![A garden](photo.jpg)\n")]);
    // 640 x 400 pixels, to be turned by 90 degrees clockwise; its first row is blue, the rest is green.
    sandbox.write("content/photo.jpg", include_bytes!("../fixtures/images/turned.jpg"));
    built(&sandbox);
    let page = sandbox.read("public/a/index.html");
    assert!(page.contains(" width=\"400\" height=\"640\""), "{page}");
    let (_, bytes) = file(&sandbox, "photo.", "-400.webp");
    let (width, height, pixels) = webp(&bytes);
    assert_eq!((width, height), (400, 640));
    let pixel = |x: usize, y: usize| &pixels[(y * 400 + x) * 3..][..3];
    let is_blue = |pixel: &[u8]| pixel[2] > 150 && pixel[1] < 120;
    assert!(is_blue(pixel(395, 320)) && !is_blue(pixel(5, 320)) && !is_blue(pixel(200, 5)));
}

#[test]
fn what_cannot_be_decoded_is_published_as_it_is() {
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\x06\0\0\0".to_vec();
    bomb.extend(3_815_786_041_u32.to_be_bytes());
    bomb.extend(vec![0; 20_000]);
    let mut cut = screenshot(600, 400);
    cut.truncate(40_000);
    let text = "# A\n\n![Bomb](bomb.png) ![Cut](cut.png) ![Other](other.jpg) ![Not one](not.png) ![Tiny](tiny.png)\n";
    let sandbox = Sandbox::project(&[("a.md", text)]);
    sandbox.write("content/bomb.png", &bomb);
    sandbox.write("content/cut.png", &cut);
    // A PNG by another name is none the worse.
    sandbox.write("content/other.jpg", photo(600, 400));
    sandbox.write("content/not.png", "no image ".repeat(2_000));
    sandbox.write("content/tiny.png", screenshot(40, 40));
    let run = sandbox.kb(&["build"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("warning[image-too-large]: this image has more than 50 million pixels"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("content/bomb.png"), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("warning[image-unreadable]: kb cannot make smaller variants of this image: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("content/cut.png"), "{}", run.stderr);
    assert!(run.stderr.contains("0 errors, 2 warnings"), "{}", run.stderr);
    assert_eq!(file(&sandbox, "bomb.", ".png").1, bomb);
    assert_eq!(file(&sandbox, "cut.", ".png").1, cut);
    let made = webp_files(&sandbox);
    assert!(
        made.len() == 2 && made.iter().all(|path| path.starts_with("other.")),
        "{made:?}"
    );
    assert_eq!(sandbox.kb(&["build", "--strict"]).code, 1);
}

#[test]
fn what_no_browser_shows_is_said() {
    let text = "# A\n\n![E](empty.png) ![C](cut.jpg) ![F](flat.png) ![L](long.png)\n\n[Only led to](led.png)\n\n\
                <video src=\"clip.mp4\" controls></video>\n";
    let sandbox = Sandbox::project(&[("a.md", text)]);
    let mut flat = screenshot(40, 40);
    flat[16..20].fill(0);
    sandbox.write("content/empty.png", b"");
    sandbox.write("content/led.png", b"");
    sandbox.write("content/clip.mp4", b"");
    sandbox.write("content/cut.jpg", b"\xff\xd8\xff\xe0\0\x10JF");
    sandbox.write("content/flat.png", &flat);
    sandbox.write("content/long.png", photo(20_000, 20));
    let run = sandbox.kb(&["build"]);
    for wanted in [
        "warning[image-unreadable]: this image is an empty file",
        "warning[image-unreadable]: this image is cut off",
        "warning[image-unreadable]: this image has no pixels",
        "warning[image-too-large]: this image has a side longer than 16,383 pixels",
        "content/empty.png",
        "content/cut.jpg",
        "content/flat.png",
        "content/long.png",
        "0 errors, 4 warnings",
    ] {
        assert!(run.stderr.contains(wanted), "{wanted}: {}", run.stderr);
    }
    let page = sandbox.read("public/a/index.html");
    assert!(
        !page.contains("width=\"0\"") && page.contains(" width=\"20000\" height=\"20\""),
        "{page}"
    );
}

#[test]
fn only_what_is_shown_and_wanted_is_made() {
    let text = "# A\n\n[Download](shot.png)\n";
    let sandbox = Sandbox::project(&[("a.md", text)]);
    sandbox.write("content/shot.png", photo(800, 300));
    built(&sandbox);
    assert_eq!(webp_files(&sandbox), [""; 0]);
    assert!(!sandbox.path("public/.kb-images.json").exists());
    sandbox.write("content/b.md", "# B\n\n![The window](shot.png)\n");
    built(&sandbox);
    assert_eq!(webp_files(&sandbox).len(), 2);
    sandbox.write("kb.toml", "[build]\nimages = false\n");
    built(&sandbox);
    assert_eq!(webp_files(&sandbox), [""; 0]);
    let page = sandbox.read("public/b/index.html");
    assert!(
        page.contains(" width=\"800\" height=\"300\"") && !page.contains("<picture>"),
        "{page}"
    );
}

#[test]
fn a_site_for_a_folder_has_relative_addresses_of_smaller_variants() {
    let sandbox = Sandbox::project(&[("guides/a.md", "# A\n\n![The window](shot.png)\n")]);
    sandbox.write("content/guides/shot.png", photo(800, 300));
    assert_eq!(sandbox.kb(&["build", "--offline", "-o", "public"]).code, 0);
    let page = sandbox.read("public/guides/a/index.html");
    let set = page.split("srcset=\"").nth(1).and_then(|rest| rest.split('"').next());
    let addresses: Vec<&str> = set
        .expect("a set")
        .split(", ")
        .filter_map(|part| part.split(' ').next())
        .collect();
    assert_eq!(addresses.len(), 2, "{page}");
    for address in addresses {
        let path = address.strip_prefix("../../").expect("relative");
        assert!(sandbox.path(&format!("public/{path}")).is_file(), "{address}");
    }
}

#[test]
fn html_of_the_author_keeps_what_it_says() {
    let text = "# A\n\n<p><img src=\"shot.png\" alt=\"Small\" width=\"300\"></p>\n\n<picture><img src=\"shot.png\" alt=\"Own\"></picture>\n";
    let sandbox = Sandbox::project(&[("a.md", text)]);
    sandbox.write("content/shot.png", screenshot(800, 320));
    for policy in ["allow", "sanitize"] {
        sandbox.write("kb.toml", format!("[build]\nhtml = \"{policy}\"\n"));
        built(&sandbox);
        let page = sandbox.read("public/a/index.html");
        assert_eq!(page.matches("<source type=\"image/webp\"").count(), 1, "{page}");
        assert!(
            page.contains("sizes=\"(min-width: 332px) 300px, calc(100vw - 32px)\">"),
            "{page}"
        );
        assert!(
            page.contains(" width=\"300\" height=\"120\" loading=\"lazy\" decoding=\"async\"></picture></p>"),
            "{page}"
        );
        assert!(
            page.contains(" width=\"800\" height=\"320\" loading=\"lazy\" decoding=\"async\"></picture>"),
            "{page}"
        );
    }
}

#[test]
fn opacity_stays() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\n![A shadow](shadow.png)\n")]);
    let shadow = png(640, 200, |x, _| [0, 0, 0, (x / 3).min(255) as u8]);
    sandbox.write("content/shadow.png", &shadow);
    built(&sandbox);
    let (_, bytes) = file(&sandbox, "shadow.", "-640.webp");
    let (width, height, pixels) = webp(&bytes);
    assert_eq!((width, height, pixels.len()), (640, 200, 640 * 200 * 4));
    assert_eq!(pixels[(100 * 640 + 300) * 4..][..4], [0, 0, 0, 100]);
}

/// Hidden folders are not searched, but a link names what is meant. Git's own files and hidden files are never meant.
#[test]
fn a_file_in_a_hidden_folder_is_published_where_a_link_names_it() {
    let sandbox = Sandbox::project(&[(
        "guide/a.md",
        "# A\n\n![Window](../.gitbook/assets/shot.png) [Form](/.attachments/form%201.pdf)\n\n[Key](.env) [Config](../.git/config) [Gone](../.gitbook/gone.pdf)\n",
    )]);
    sandbox.write("content/.gitbook/assets/shot.png", photo(10, 10));
    sandbox.write("content/.gitbook/assets/unused.png", photo(10, 10));
    sandbox.write("content/.attachments/form 1.pdf", "%PDF");
    sandbox.write("content/guide/.env", "SECRET=1");
    sandbox.write("content/.git/config", "[core]");
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    for missing in ["`.env`", "`../.git/config`", "`../.gitbook/gone.pdf`"] {
        assert!(run.stderr.contains(missing), "{missing}: {}", run.stderr);
    }
    let files = snapshot(&sandbox.path("public"));
    let published: Vec<_> = files
        .keys()
        .filter(|file| file.contains("gitbook") || file.contains("attachments"))
        .collect();
    assert_eq!(published.len(), 2, "{published:?}");
    assert!(
        !files
            .values()
            .any(|bytes| bytes.windows(6).any(|part| part == b"SECRET" || part == b"[core]"))
    );
}
