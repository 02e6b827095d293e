//! After any edits a live index must be what a clean one is: the same answers, the same pack, the same related articles.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use kb_config::RawHtml;
use kb_diagnostic::SourceText;
use kb_document::{DocumentOptions, parse_document};
use kb_source::{ArticleSource, ContentPath};

use super::*;

/// Articles that a page lists as related.
const RELATED: usize = 5;

const WORDS: [&str; 40] = [
    "password",
    "reset",
    "refund",
    "invoice",
    "card",
    "user",
    "manage",
    "the",
    "how",
    "to",
    "billing",
    "export",
    "import",
    "error",
    "E-4017",
    "stk500_recv()",
    "Rückerstattung",
    "café",
    "naïve",
    "upload",
    "download",
    "sync",
    "backup",
    "restore",
    "passwords",
    "managing",
    "退款",
    "密碼",
    "sign-in",
    "Schnelltest",
    "Test",
    "testing",
    "page",
    "of",
    "my",
    "plan",
    "cancel",
    "annual",
    "payment",
    "picture",
];

const QUERIES: [&str; 30] = [
    "password",
    "reset password",
    "how to reset the password",
    "passwrod reset",
    "get a refund",
    "bill",
    "re",
    "r",
    "the",
    "how to",
    "E-4017",
    "stk500_recv()",
    "Ruckerstattung",
    "cafe naive",
    "new1",
    "ne",
    "zzzz",
    "",
    "\"reset the\"",
    "\"export import\"",
    "invoice -card",
    "退款",
    "money back",
    "backup restor",
    "Schnelltests",
    "tes",
    "cancel my annual plan",
    "upl0ad",
    "pictrue paymnet",
    "managing users",
];

/// xorshift64*: the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }
}

pub(super) fn document(path: &str, text: &str) -> Arc<Document> {
    let source = ArticleSource {
        path: ContentPath::new(path),
        file: Arc::new(SourceText::new(path, text)),
    };
    let options = DocumentOptions {
        html: RawHtml::Allow,
        highlight: false,
    };
    Arc::new(parse_document(&source, options))
}

/// A site that is edited at random.
struct Session {
    language: &'static str,
    random: Random,
    /// New words that each text gets: many make a pack of several files.
    rare: usize,
    made: usize,
    articles: Vec<LiveArticle>,
    /// What was taken out or replaced, and may come back.
    old: Vec<LiveArticle>,
    tuning: Tuning,
    options: PackOptions,
}

impl Session {
    fn new(language: &'static str, seed: u64, count: usize, rare: usize) -> Self {
        let mut session = Self {
            language,
            random: Random(seed),
            rare,
            made: 0,
            articles: Vec::new(),
            old: Vec::new(),
            tuning: Tuning::default(),
            options: PackOptions::default(),
        };
        for _ in 0..count {
            session.add();
        }
        session
    }

    fn text(&mut self) -> String {
        let random = &mut self.random;
        let mut text = String::from("---\n");
        if random.below(4) == 0 {
            text.push_str(&format!("tags: [money, \"{}\"]\n", random.words(1)));
        }
        if random.below(4) == 0 {
            text.push_str(&format!(
                "questions: [\"where is {}?\", \"{}\"]\n",
                random.words(2),
                random.words(3)
            ));
        }
        if random.below(5) == 0 {
            text.push_str(&format!("keywords: [\"{}\"]\n", random.words(1)));
        }
        if random.below(6) == 0 {
            text.push_str("search: 1.5\n");
        }
        if random.below(6) == 0 {
            text.push_str("template: faq\n");
        }
        if random.below(6) == 0 {
            text.push_str(&format!("description: \"{}\"\n", random.words(8)));
        }
        text.push_str("---\n");
        for _ in 0..random.below(4) {
            let (heading, count) = (random.words(2), random.below(40));
            text.push_str(&format!("{}\n\n## {heading}\n\n", random.words(count)));
        }
        let count = random.below(40);
        text.push_str(&random.words(count));
        for _ in 0..self.rare {
            text.push_str(&format!(" w{:x}", self.random.below(1 << 30)));
        }
        self.made += 1;
        format!("{text} new{}", self.made)
    }

    fn article(&mut self, path: &str) -> LiveArticle {
        let text = self.text();
        let collection = path.split('/').next().unwrap().to_owned();
        LiveArticle {
            document: document(path, &text),
            title: format!("{} {}", self.random.words(3), self.made % 7),
            url: format!("/{}/", path.trim_end_matches(".md")),
            breadcrumb: vec![collection, "Deeper".to_owned()],
        }
    }

    fn add(&mut self) {
        let path = format!(
            "{}/a{}.md",
            ["billing", "account", "errors"][self.random.below(3)],
            self.made
        );
        let article = self.article(&path);
        let place = self.random.below(self.articles.len() + 1);
        self.articles.insert(place, article);
    }

    /// The number of any article; there is at least one.
    fn any(&mut self) -> usize {
        if self.articles.is_empty() {
            self.add();
        }
        self.random.below(self.articles.len())
    }

    fn edit(&mut self) {
        let at = self.any();
        let path = self.articles[at].document.path.clone();
        self.old.push(self.articles[at].clone());
        let text = match self.random.below(3) {
            0 => self.text(),
            1 => format!(
                "{}\n\nOne more new{}.",
                self.articles[at].document.file.text(),
                self.made
            ),
            _ => self.articles[at].document.file.text().replace("password", "pass word"),
        };
        self.made += 1;
        self.articles[at].document = document(path.as_str(), &text);
    }

    fn step(&mut self) {
        match self.random.below(16) {
            0..=4 => self.edit(),
            5 => self.add(),
            6 => {
                let at = self.any();
                let gone = self.articles.remove(at);
                self.old.push(gone);
            }
            7 => {
                let (a, b) = (self.any(), self.any());
                self.articles.swap(a, b);
            }
            8 => {
                let at = self.any();
                self.articles[at].title = self.random.words(3);
            }
            9 => {
                let at = self.any();
                self.articles[at].url = format!("/moved/{}/", self.made);
                self.articles[at].breadcrumb = vec!["moved".to_owned()];
            }
            10 => self.tune(),
            11 => {
                // What was removed or replaced comes back.
                if !self.old.is_empty() {
                    let old = self.random.below(self.old.len());
                    let old = self.old.swap_remove(old);
                    let at = self.any();
                    self.articles
                        .retain(|article| article.document.path != old.document.path);
                    self.articles.insert(at.min(self.articles.len()), old);
                }
            }
            12 => {
                // The same text, read again.
                let at = self.any();
                let document = Document::clone(&self.articles[at].document);
                self.articles[at].document = Arc::new(document);
            }
            13 => {
                // A file gets another name.
                let at = self.any();
                let text = self.articles[at].document.file.text().to_string();
                self.articles[at].document = document(&format!("renamed/b{}.md", self.made), &text);
            }
            14 => {
                let count = self.random.below(self.articles.len());
                (0..count).for_each(|_| self.edit());
            }
            _ => {
                if self.random.below(4) == 0 {
                    self.old.append(&mut self.articles);
                }
                self.options.base = ["", "/", "/help/"][self.random.below(3)].to_owned();
                self.options.popular = vec![Popular {
                    title: self.random.words(2),
                    url: "a/".to_owned(),
                }];
            }
        }
    }

    fn tune(&mut self) {
        let at = self.any();
        let source = self.articles[at].document.path.to_string();
        let pin = |articles| Pin {
            query: "get a refund".to_owned(),
            articles,
        };
        self.tuning = Tuning {
            synonyms: vec![Synonym::mutual(vec![
                "bill".into(),
                "invoice".into(),
                "money back".into(),
            ])],
            pins: vec![pin(vec!["no.md".to_owned(), source])],
        };
        if self.random.below(3) == 0 {
            self.tuning = Tuning::default();
        }
    }

    fn live(&self) -> LiveIndex {
        LiveIndex::new(self.language, self.articles.clone(), &self.tuning, &self.options).unwrap()
    }

    fn next(&self, live: &LiveIndex) -> LiveIndex {
        live.next(self.articles.clone(), &self.tuning, &self.options).unwrap()
    }

    fn clean(&self) -> IndexFiles {
        let views = self.articles.iter().map(LiveArticle::view);
        write_index(self.language, views, &self.tuning, &self.options).unwrap()
    }

    fn options(&mut self) -> Options {
        let random = &mut self.random;
        let any = |random: &mut Random, names: [&str; 3]| {
            (random.below(4) == 0).then(|| names[random.below(names.len())].to_owned())
        };
        Options {
            limit: 1 + random.below(12),
            offset: random.below(3) * 2,
            typing: [Typing::Finished, Typing::AsYouType][random.below(2)],
            explain: random.below(4) == 0,
            collection: any(random, ["billing", "moved", "no such"]),
            tag: any(random, ["money", "refund", "card"]),
            facets: random.below(2) == 0,
            ..Options::default()
        }
    }

    /// Asks both as many queries.
    fn compare(&mut self, live: &LiveIndex, clean: &SearchIndex, count: usize) {
        for _ in 0..count {
            let query = QUERIES[self.random.below(QUERIES.len())];
            let options = self.options();
            let [found, wanted] = [live.search(query, &options), clean.search(query, &options)];
            same(&found.unwrap(), &wanted.unwrap(), query);
        }
    }
}

fn same(found: &Answer, wanted: &Answer, query: &str) {
    let whole = |results: &Answer| {
        let mut results = results.clone();
        for hit in &mut results.hits {
            hit.score = 0.0;
        }
        format!("{results:#?}")
    };
    assert_eq!(whole(found), whole(wanted), "{query:?}");
    for (a, b) in found.hits.iter().zip(&wanted.hits) {
        assert!(
            (a.score - b.score).abs() <= b.score * 1e-6,
            "{query:?}: {} {}",
            a.score,
            b.score
        );
    }
}

fn same_files(found: &SharedFiles, wanted: &Files) {
    let names = |files: &[(String, usize)]| format!("{files:#?}");
    let found_names: Vec<_> = found.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
    let wanted_names: Vec<_> = wanted.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
    assert_eq!(names(&found_names), names(&wanted_names));
    assert!(found.iter().zip(wanted).all(|(a, b)| *a.1 == *b.1));
}

fn edit_at_random(mut session: Session, steps: usize, pack_every: usize) {
    let mut live = session.live();
    let mut related = RelatedArticles::new(session.language, &session.articles, None);
    let mut most_files = 0;
    for step in 0..steps {
        session.step();
        live = session.next(&live);
        if session.random.below(12) == 0 {
            live = live.compact().unwrap();
            assert!(!live.wants_compaction());
        }
        let files = session.clean();
        let clean = SearchIndex::from_files(&files.tantivy).unwrap();
        session.compare(&live, &clean, 6);
        if step % pack_every == 0 {
            same_files(&live.pack().unwrap(), &files.pack);
            most_files = most_files.max(files.pack.len());
            related = RelatedArticles::new(session.language, &session.articles, Some(&related));
            let wanted = super::related::related(
                session.language,
                session.articles.iter().map(LiveArticle::view),
                RELATED,
            );
            let found: Vec<_> = (0..clean.len()).map(|article| related.of(article, RELATED)).collect();
            assert_eq!(found, wanted);
        }
    }
    assert!(session.rare == 0 || most_files > 10, "{most_files} files");
}

#[test]
fn any_edits_leave_what_a_clean_index_is() {
    edit_at_random(Session::new("en", 7, 24, 0), 300, 4);
}

#[test]
fn any_edits_of_a_large_pack_leave_its_bytes() {
    edit_at_random(Session::new("en", 11, 48, 160), 40, 1);
}

#[test]
fn any_edits_in_other_languages_leave_what_a_clean_index_is() {
    for (seed, language) in [(3, "de"), (5, "zh-Hant"), (9, "xx")] {
        edit_at_random(Session::new(language, seed, 12, 0), 40, 3);
    }
}

#[test]
fn a_base_without_articles_is_one_to_go_on_from() {
    let mut session = Session::new("en", 13, 0, 0);
    let mut live = session.live();
    for count in [0, 3, 0, 40, 1] {
        session.articles.clear();
        (0..count).for_each(|_| session.add());
        for compacted in [false, true] {
            live = session.next(&live);
            if compacted {
                live = live.compact().unwrap();
            }
            let files = session.clean();
            session.compare(&live, &SearchIndex::from_files(&files.tantivy).unwrap(), 12);
            same_files(&live.pack().unwrap(), &files.pack);
        }
    }
}

#[test]
fn many_changes_at_once_are_one_step_like_others() {
    let mut session = Session::new("en", 19, 240, 0);
    let mut live = session.live();
    for edits in [110, 1, 5, 0, 40] {
        for at in 0..edits {
            let text = format!("{}\n\nAnd new{edits}.", session.articles[at].document.file.text());
            session.articles[at].document = document(session.articles[at].document.path.as_str(), &text);
        }
        live = session.next(&live);
        let segments = (live.dead.len(), live.delta.len());
        assert!(segments.0 >= 2 && segments.1 >= 2, "{segments:?}");
        let files = session.clean();
        session.compare(&live, &SearchIndex::from_files(&files.tantivy).unwrap(), 12);
        same_files(&live.pack().unwrap(), &files.pack);
    }
}

#[test]
fn what_has_not_changed_is_shared() {
    fn is_shared_between_threads<T: Send + Sync>(_: &T) {}
    let mut session = Session::new("en", 17, 80, 160);
    let first = session.live();
    is_shared_between_threads(&first);
    is_shared_between_threads(&RelatedArticles::new("en", &session.articles, None));
    let before = first.pack().unwrap();
    // The last of all words: where shards end before it does not change.
    let text = format!("{} zebra", session.articles[20].document.file.text());
    session.articles[20].document = document(session.articles[20].document.path.as_str(), &text);
    let second = session.next(&first);
    let after = second.pack().unwrap();
    let known = |file: &&(String, Arc<[u8]>)| before.iter().any(|old| Arc::ptr_eq(&old.1, &file.1));
    let (kept, all) = (after.iter().filter(known).count(), after.len());
    assert!(all > 10 && kept >= all / 2 && kept < all, "{kept} of {all}");
    assert!(Arc::ptr_eq(&after, &second.pack().unwrap()));
    let hits = |live: &LiveIndex| live.search("zebra", &Options::default()).unwrap().total;
    assert_eq!((hits(&first), hits(&second)), (0, 1));
    assert!(!second.wants_compaction());
    // An edited article counts twice: as it was, and as it is.
    for _ in 0..200 {
        session.edit();
    }
    let third = session.next(&second);
    assert!(!third.wants_compaction(), "all anew: that was a new base");
    for article in &mut session.articles[..33] {
        let text = format!("{} zebra", article.document.file.text());
        article.document = document(article.document.path.as_str(), &text);
    }
    let fourth = session.next(&third);
    assert!(fourth.wants_compaction() && !fourth.compact().unwrap().wants_compaction());
    assert!(hits(&fourth) >= 33);
}

/// Where the articles are that [`figures`] reads.
const FOLDER: &str = "KB_BENCH_ARTICLES";

/// Prints how long things take: `KB_BENCH_ARTICLES=DIR cargo test --release --lib -- --ignored --nocapture figures`.
#[test]
#[ignore = "needs a folder of articles"]
fn figures() {
    let folder = std::env::var_os(FOLDER).expect("KB_BENCH_ARTICLES names a folder of articles");
    let (tuning, options) = (Tuning::default(), PackOptions::default());
    let mut times = Times::default();
    let mut articles = read_folder(Path::new(&folder));
    let clean = |articles: &[LiveArticle]| {
        write_index("en", articles.iter().map(LiveArticle::view), &tuning, &options).unwrap()
    };
    let files = times.of("clean: index and pack", || clean(&articles));
    let postings = files.tantivy.iter().filter(|(name, _)| !name.ends_with(".store"));
    println!(
        "postings: {} bytes",
        postings.map(|(_, bytes)| bytes.len()).sum::<usize>()
    );
    let index = SearchIndex::from_files(&files.tantivy).unwrap();
    let mut related = times.of("related: new", || RelatedArticles::new("en", &articles, None));
    times.of("related: first articles, with the table", || related.of(7, 8));
    times.of("related: articles", || related.of(8, 8));
    let mut live = times.of("new", || {
        LiveIndex::new("en", articles.clone(), &tuning, &options).unwrap()
    });
    times.of("first pack", || live.pack().unwrap());
    for number in 0..40 {
        let at = (number * 3_571 + 19) % articles.len();
        let document = &articles[at].document;
        let text = format!("{}\n\nOne more brandnewword{number}.\n", document.file.text());
        articles[at].document = self::document(document.path.as_str(), &text);
        let given = articles.clone();
        live = times.of("one edit: next", || live.next(given, &tuning, &options).unwrap());
        times.of("one edit: pack", || live.pack().unwrap());
        related = times.of("one edit: related, new", || {
            RelatedArticles::new("en", &articles, Some(&related))
        });
        times.of("one edit: related articles, with the table", || related.of(at, 8));
        for query in [
            "brandnewword3",
            "how to reset the password",
            "instance",
            "databse snapsht",
            "s",
        ] {
            let ask = Options::default();
            times.of(&format!("search {query:?}"), || live.search(query, &ask).unwrap());
            times.of(&format!("search {query:?}, clean index"), || {
                index.search(query, &ask).unwrap()
            });
        }
    }
    same_files(&live.pack().unwrap(), &clean(&articles).pack);
    articles.rotate_left(1);
    let given = articles.clone();
    live = times.of("all renumbered: next", || live.next(given, &tuning, &options).unwrap());
    times.of("all renumbered: pack", || live.pack().unwrap());
    for article in articles.iter_mut().step_by(20) {
        let text = format!("{} brandnewword", article.document.file.text());
        article.document = self::document(article.document.path.as_str(), &text);
    }
    let given = articles.clone();
    live = times.of("one in 20 edited: next", || {
        live.next(given, &tuning, &options).unwrap()
    });
    times.of("one in 20 edited: pack", || live.pack().unwrap());
    same_files(&live.pack().unwrap(), &clean(&articles).pack);
    live = times.of("compact", || live.compact().unwrap());
    same_files(&live.pack().unwrap(), &clean(&articles).pack);
    times.print();
}

/// Milliseconds by what took them, in the order of their first times.
#[derive(Default)]
struct Times(Vec<(String, Vec<f64>)>);

impl Times {
    fn of<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        let start = std::time::Instant::now();
        let done = work();
        let time = start.elapsed().as_secs_f64() * 1_000.0;
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, times)) => times.push(time),
            None => self.0.push((name.to_owned(), vec![time])),
        }
        done
    }

    fn print(&mut self) {
        println!("   median       most  milliseconds");
        for (name, times) in &mut self.0 {
            times.sort_by(f64::total_cmp);
            println!(
                "{:>9.2}  {:>9.2}  {name}",
                times[times.len() / 2],
                times[times.len() - 1]
            );
        }
    }
}

fn read_folder(folder: &Path) -> Vec<LiveArticle> {
    use rayon::prelude::*;
    let files = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    let paths: Vec<PathBuf> = files.map(walkdir::DirEntry::into_path).collect();
    (paths.par_iter())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            let document = document(name, &String::from_utf8_lossy(&std::fs::read(path).unwrap()));
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            LiveArticle {
                title: document.title.as_ref().map_or(name, |title| &title.text).to_owned(),
                url: format!("/{}/", name.trim_end_matches(".md")),
                breadcrumb: folder.split('/').map(str::to_owned).collect(),
                document,
            }
        })
        .collect()
}
