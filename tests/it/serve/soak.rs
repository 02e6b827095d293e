//! Somebody saves at random for a long time: nothing is missed, nothing is leaked.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use crate::support::{Random, Sandbox};

use super::client::{ALL, BROWSER, Events, Site};
use super::{replace, save_as_vim};

/// An article of the soak.
#[derive(Clone)]
struct Article {
    /// Its path below `content/`, without the ending.
    path: String,
    /// A word that only its newest text has.
    word: String,
    broken: bool,
}

/// A writer who saves at random, and looks at the page after each save.
struct Soak<'a> {
    site: Site<'a>,
    random: Random,
    articles: Vec<Article>,
    gone: Vec<String>,
    serial: usize,
    searched: Instant,
    searches: usize,
    /// The pages that browsers have open.
    browsers: VecDeque<Events>,
}

impl Soak<'_> {
    const BROWSERS: usize = 4;
    const FOLDERS: usize = 9;
    const ARTICLES: usize = 150;

    fn word(&mut self) -> String {
        self.serial += 1;
        let letter = |place: u32| char::from(b'a' + (self.serial / 26_usize.pow(place) % 26) as u8);
        format!("zq{}{}{}{}x", letter(3), letter(2), letter(1), letter(0))
    }

    fn text(&mut self, article: &Article) -> String {
        let mut text = String::new();
        if article.broken {
            text.push_str("---\ntitle: [broken\n---\n\n");
        }
        let _ = write!(text, "# About {}\n\nNow {} is here.\n", article.path, article.word);
        for part in 0..self.random.below(6) {
            let _ = write!(text, "\n## Part {part}\n\n");
            for _ in 0..self.random.below(60) {
                let words = [
                    "money", "refund", "card", "invoice", "password", "reset", "menu", "settings",
                ];
                let _ = write!(text, "{} ", self.random.pick(&words));
            }
            text.push('\n');
        }
        text
    }

    fn save(&mut self, article: &Article) {
        let text = self.text(article);
        let path = format!("content/{}.md", article.path);
        match self.random.below(3) {
            1 => replace(self.site.sandbox, &path, &text),
            2 if self.site.sandbox.path(&path).exists() => save_as_vim(self.site.sandbox, &path, &text),
            _ => self.site.sandbox.write(&path, text),
        }
    }

    fn seen(&mut self, article: &Article) {
        let url = format!("/{}/", article.path);
        self.site.shows(&url, &article.word);
        if !article.broken && self.searched.elapsed() > Duration::from_millis(900) {
            self.searched = Instant::now();
            self.searches += 1;
            let found = self.site.found(&article.word);
            assert_eq!(found, [format!("{}.md", article.path)], "search finds {}", article.word);
        }
    }

    fn add(&mut self) {
        let (word, folder) = (self.word(), self.random.below(Self::FOLDERS));
        let path = format!("topic-{folder}/article-{}", self.serial);
        let article = Article {
            path,
            word,
            broken: false,
        };
        self.save(&article);
        self.articles.push(article);
    }

    /// Saves something and waits until it is shown.
    fn step(&mut self) {
        let at = self.random.below(self.articles.len());
        match self.random.below(20) {
            0 | 1 if self.articles.len() < Self::ARTICLES + 20 => {
                self.add();
                self.seen(&self.articles[self.articles.len() - 1].clone());
            }
            2 | 3 if self.articles.len() > Self::ARTICLES - 20 => {
                let article = self.articles.swap_remove(at);
                let path = format!("content/{}.md", article.path);
                fs::remove_file(self.site.sandbox.path(&path)).expect("removed");
                self.site.lacks(&format!("/{}/", article.path));
                self.gone.push(article.path);
            }
            4 => {
                let mut article = self.articles.swap_remove(at);
                let old = article.path.clone();
                self.serial += 1;
                article.path = format!("topic-{}/renamed-{}", self.random.below(Self::FOLDERS), self.serial);
                let path = |name: &str| self.site.sandbox.path(&format!("content/{name}.md"));
                fs::create_dir_all(path(&article.path).parent().expect("a folder")).expect("a folder");
                fs::rename(path(&old), path(&article.path)).expect("renamed");
                self.site.lacks(&format!("/{old}/"));
                self.seen(&article);
                self.articles.push(article);
                self.gone.push(old);
            }
            5 => {
                let word = self.word();
                let folder = self.random.below(Self::FOLDERS);
                let index = format!("content/topic-{folder}/_index.md");
                self.site
                    .sandbox
                    .write(&index, format!("---\ntitle: Topic {word}\n---\n"));
                self.site.shows("/", &word);
            }
            6 => {
                let word = self.word();
                let settings = format!("title = \"Help {word}\"\n[build]\ngit_dates = false\n");
                self.site.sandbox.write("kb.toml", settings);
                self.site.shows("/", &word);
            }
            7 => {
                let word = self.word();
                let text = format!("{{% extends \"base.html\" %}}{{% block main %}}{word}{{% endblock main %}}");
                self.site.sandbox.write("templates/404.html", text);
                self.site.shows("/404.html", &word);
            }
            _ => {
                let word = self.word();
                let broken = self.random.below(4) == 0;
                self.articles[at] = Article {
                    word,
                    broken,
                    ..self.articles[at].clone()
                };
                let article = self.articles[at].clone();
                self.save(&article);
                self.seen(&article);
            }
        }
        let other = self.articles[self.random.below(self.articles.len())].clone();
        let url = format!("/{}/", other.path);
        let page = self.site.get_as(&url, BROWSER);
        if self.random.below(5) == 0 {
            let mut events = Events::of(self.site.address, &url);
            events.next("hello").expect("an event");
            self.browsers.push_back(events);
            if self.browsers.len() > Self::BROWSERS {
                self.browsers.pop_front();
            }
        }
        assert!(page.text().contains(&other.word), "{} is as it was saved", other.path);
        if !self.gone.is_empty() {
            let gone = &self.gone[self.random.below(self.gone.len())];
            assert_eq!(self.site.get(&format!("/{gone}/")).status, 404, "{gone}");
        }
    }
}

/// Memory of a process that is in use, in KB; `None` where the system does not say.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

fn median(part: &[u64]) -> u64 {
    let mut sorted = part.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn random_saving_leaks_nothing_and_misses_nothing() {
    /// What the memory of a quarter may differ by for no reason, in KB.
    const ROOM: u64 = 30_000;
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.map_or(default, |text| text.parse().expect("a number"))
    };
    let length = Duration::from_secs(number("KB_SOAK_SECONDS", 15));
    let sandbox = Sandbox::project(&[]);
    for folder in 0..Soak::FOLDERS {
        let index = format!("content/topic-{folder}/_index.md");
        sandbox.write(&index, format!("---\ntitle: Topic {folder}\n---\n"));
    }
    let mut soak = Soak {
        site: Site::watch(&sandbox),
        random: Random(number("KB_SOAK_SEED", 20_261_122)),
        articles: Vec::new(),
        gone: Vec::new(),
        serial: 0,
        searched: Instant::now(),
        searches: 0,
        browsers: VecDeque::new(),
    };
    for _ in 0..Soak::ARTICLES {
        soak.add();
    }
    for article in soak.articles.clone() {
        soak.site.shows(&format!("/{}/", article.path), &article.word);
    }
    let pid = soak.site.kb.child.id();
    let (since, mut steps, mut minute, mut memory) = (Instant::now(), 0, 0, Vec::new());
    while since.elapsed() < length {
        soak.step();
        steps += 1;
        memory.extend(resident(pid));
        if since.elapsed().as_secs() / 60 >= minute {
            eprintln!(
                "minute {minute}: {} KB after {steps} saves",
                memory.last().unwrap_or(&0)
            );
            minute += 1;
        }
    }
    eprintln!(
        "{steps} saves, {} searches, {} articles",
        soak.searches,
        soak.articles.len()
    );
    soak.site.settles(&ALL);
    let broken = soak.articles.iter().filter(|article| article.broken).count();
    assert_eq!(soak.site.problems() > 0, broken > 0, "{broken} articles are broken");
    soak.site.end();
    let quarter = memory.len() / 4;
    if quarter > 0 {
        let (second, last) = (median(&memory[quarter..2 * quarter]), median(&memory[3 * quarter..]));
        eprintln!("median of the second quarter {second} KB, of the last {last} KB");
        assert!(
            last <= second + second / 4 + ROOM,
            "memory grows: {second} KB, then {last} KB"
        );
    }
}
