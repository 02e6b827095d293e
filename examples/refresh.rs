use kb::pipeline::*;
use kb::site::Publish;
use std::{collections::BTreeSet, path::PathBuf, time::Instant};
fn main() {
    let dir = PathBuf::from(std::env::args().nth(1).unwrap());
    let file = std::env::args().nth(2).unwrap();
    let page = std::env::args().nth(3).unwrap();
    let build = BuildOptions {
        publish: Publish {
            drafts: true,
            future: true,
            now: 0,
        },
        offline: false,
        output: "/tmp/none".into(),
        output_given: true,
    };
    let t = Instant::now();
    let p = Preview::start(
        PreviewOptions {
            path: dir.clone(),
            base_url: None,
            build,
            now: || 0,
        },
        Box::new(|_| {}),
    )
    .unwrap();
    println!("start {:?}", t.elapsed());
    let t = Instant::now();
    let n = p.current().file(&page).unwrap().len();
    println!("page {n} {:?}", t.elapsed());
    let t = Instant::now();
    p.settle();
    println!("settled {:?} {:?}", t.elapsed(), p.rendered());
    let f = dir.join(&file);
    let old = std::fs::read_to_string(&f).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    for i in 0..5 {
        std::fs::write(&f, format!("{old}\n\nword{i}x\n")).unwrap();
        let t = Instant::now();
        let s = p.refresh(Changed::Only(&BTreeSet::from([f.clone()]))).unwrap();
        let a = t.elapsed();
        let t = Instant::now();
        let b = s.file(&page).unwrap().read().unwrap();
        let ok = String::from_utf8_lossy(&b).contains(&format!("word{i}x"));
        let c = t.elapsed();
        let t = Instant::now();
        p.settle();
        println!(
            "refresh {a:?} page {c:?} {ok} settle {:?} {:?}",
            t.elapsed(),
            p.rendered()
        );
    }
    std::fs::write(&f, old).unwrap();
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in s.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM")) {
        println!("{l}");
    }
}
