//! Fits the confidence of suggestions to real questions with known answers, and holds it against sets left out.

mod logistic;
mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, iter};

use kb_search::suggester::{Confidence, Evidence, SUGGESTIONS, THRESHOLD};
use serde_json::Value;

use crate::step::{cargo, output, run};
use crate::{Failure, Outcome, root, shared, target};
use logistic::{Example, fit};
use messages::{Manner, message};

const VALUES: usize = Evidence::NAMES.len();

/// By how much a fitted weight may differ from the one in the code: less than what one set more or less changes.
const SAME: f64 = 0.05;

/// What the messages without an answer count, compared with those of one manner that have one.
const STRANGERS: f64 = 0.5;

/// Of each set a small site is made too, of one in so many articles: few rivals make everything look sure. The questions
/// of the other articles have no answer there.
const SMALL: usize = 8;

/// Reliability is shown in so many steps of confidence.
const STEPS: usize = 10;

/// A suggestion for a message of a set.
struct Suggested {
    values: [f64; VALUES],
    is_right: bool,
}

/// The suggestions for one message, best first.
struct Asked {
    suggested: Vec<Suggested>,
    /// How many of the right articles are among them, as a share.
    recall: f64,
}

/// A relevance set, asked in every manner.
struct Set {
    name: String,
    asked: Vec<(Manner, Vec<Asked>)>,
    /// Questions that it has no answer to: those of sets about something else.
    strangers: Vec<Asked>,
}

/// Asks all sets, prints the tables, and fails if the confidence in the code is not the fitted one.
pub(crate) fn calibrate() -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    run(&mut cargo(&["build", "--release", "--locked", "--package", "kb"]))?;
    let kb = root()
        .join(target())
        .join("release")
        .join(format!("kb{}", std::env::consts::EXE_SUFFIX));
    let sources = Source::all(&shared)?;
    let sources: Vec<Source> = (sources.iter().flat_map(|source| [source.small(), source.clone()])).collect();
    let mut sites = Vec::new();
    for source in &sources {
        sites.push(source.build(&kb)?);
    }
    let mut sets = Vec::new();
    for (source, site) in sources.iter().zip(&sites) {
        let mut asked = Vec::new();
        for manner in Manner::ALL {
            asked.push((manner, source.ask(&kb, site, manner)?));
        }
        sets.push(Set {
            name: source.title(),
            asked,
            strangers: source.ask_strangers(&kb, site, &sources)?,
        });
    }
    println!(
        "{:24} {:>4} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6}",
        "left out", "R@1", "R@3", "polite", "story", "80 %", "90 %", "ECE", "story", "met", "others"
    );
    let mut errors = Vec::new();
    let mut reliability = Reliability::default();
    for (at, set) in sets.iter().enumerate() {
        let others: Vec<&Set> = (sets.iter().enumerate())
            .filter(|(other, _)| sources[*other].name != sources[at].name)
            .map(|(_, set)| set)
            .collect();
        let confidence = fitted(&others);
        let plain = set.in_manner(Manner::Plain);
        let own = Reliability::of(plain, &confidence);
        reliability.add(&own);
        errors.push(own.error());
        println!(
            "{:24} {:.3} {:6.3} {:6.3} {:6.3} {:6.3} {:6.3} {:6.3} {:6.3} {:6.3} {:6.3}",
            set.name,
            right_first(plain),
            recall(plain),
            recall(set.in_manner(Manner::Polite)),
            recall(set.in_manner(Manner::Story)),
            answered(plain, &confidence, 0.8),
            answered(plain, &confidence, 0.9),
            own.error(),
            Reliability::of(set.in_manner(Manner::Story), &confidence).error(),
            met(plain, &confidence),
            met(&set.strangers, &confidence),
        );
    }
    let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
    println!("mean ECE of a set left out: {mean:.3}\n\nreliability, every set left out in turn:\n{reliability}");
    let everything: Vec<&Set> = sets.iter().collect();
    judge(&fitted(&everything))
}

/// Fails if the confidence in the code is not the fitted one.
fn judge(fitted: &Confidence) -> Outcome {
    let code = Confidence::FITTED;
    let pairs = (fitted.weights.iter().zip(code.weights)).map(|(fitted, code)| (*fitted, code));
    let is_same = pairs
        .chain([(fitted.bias, code.bias)])
        .all(|(fitted, code)| f64::from(fitted - code).abs() <= SAME);
    if is_same {
        println!("the confidence in the code is the fitted one");
        return Ok(());
    }
    let weights: Vec<_> = fitted.weights.iter().map(|weight| format!("{weight:.2}")).collect();
    Err(Failure::new(format!(
        "the ranking has changed: put these into `Confidence::FITTED` and run this again\n        bias: {:.2},\n        weights: [{}],",
        fitted.bias,
        weights.join(", ")
    )))
}

/// The confidence that fits these sets, each counting alike.
fn fitted(sets: &[&Set]) -> Confidence {
    let mut examples = Vec::new();
    for set in sets {
        let manners = set.asked.iter().map(|(_, asked)| (asked, 1.0));
        for (asked, share) in manners.chain([(&set.strangers, STRANGERS)]) {
            let all: usize = asked.iter().map(|asked| asked.suggested.len()).sum();
            let suggested = asked.iter().flat_map(|asked| &asked.suggested);
            examples.extend(suggested.map(|suggested| Example {
                values: suggested.values,
                is_true: suggested.is_right,
                weight: share / all as f64,
            }));
        }
    }
    let (bias, weights) = fit(&examples);
    Confidence {
        bias: bias as f32,
        weights: weights.map(|weight| weight as f32),
    }
}

impl Set {
    fn in_manner(&self, manner: Manner) -> &[Asked] {
        (self.asked.iter())
            .find(|asked| asked.0 == manner)
            .map_or(&[], |asked| &asked.1)
    }
}

fn confidence_of(suggested: &Suggested, confidence: &Confidence) -> f64 {
    let weighted = suggested.values.iter().zip(confidence.weights);
    let odds = f64::from(confidence.bias) + weighted.map(|(value, weight)| value * f64::from(weight)).sum::<f64>();
    1.0 / (1.0 + (-odds).exp())
}

fn mean(values: impl Iterator<Item = f64>, count: usize) -> f64 {
    values.sum::<f64>() / count.max(1) as f64
}

fn right_first(asked: &[Asked]) -> f64 {
    let right = |asked: &Asked| asked.suggested.first().is_some_and(|first| first.is_right);
    mean(asked.iter().map(|asked| f64::from(u8::from(right(asked)))), asked.len())
}

fn recall(asked: &[Asked]) -> f64 {
    mean(asked.iter().map(|asked| asked.recall), asked.len())
}

/// The share of the messages whose first suggestion is so sure that these are right to `precision`.
fn answered(asked: &[Asked], confidence: &Confidence, precision: f64) -> f64 {
    let mut firsts: Vec<(f64, bool)> = (asked.iter())
        .filter_map(|asked| asked.suggested.first())
        .map(|first| (confidence_of(first, confidence), first.is_right))
        .collect();
    firsts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut right = 0;
    let mut answered = 0;
    for (at, first) in firsts.iter().enumerate() {
        right += usize::from(first.1);
        if right as f64 >= precision * (at + 1) as f64 {
            answered = at + 1;
        }
    }
    answered as f64 / asked.len().max(1) as f64
}

/// How often suggestions of a confidence are right.
#[derive(Default)]
struct Reliability {
    /// By step of confidence: how many, the sum of their confidence, how many are right.
    steps: [(usize, f64, usize); STEPS],
}

impl Reliability {
    fn of(asked: &[Asked], confidence: &Confidence) -> Self {
        let mut reliability = Self::default();
        for suggested in asked.iter().flat_map(|asked| &asked.suggested) {
            let value = confidence_of(suggested, confidence);
            let step = &mut reliability.steps[((value * STEPS as f64) as usize).min(STEPS - 1)];
            step.0 += 1;
            step.1 += value;
            step.2 += usize::from(suggested.is_right);
        }
        reliability
    }

    fn add(&mut self, other: &Self) {
        for (step, other) in self.steps.iter_mut().zip(other.steps) {
            step.0 += other.0;
            step.1 += other.1;
            step.2 += other.2;
        }
    }

    /// The expected calibration error: how far confidence and truth are apart, over all suggestions.
    fn error(&self) -> f64 {
        let all: usize = self.steps.iter().map(|step| step.0).sum();
        let apart = self.steps.iter().map(|step| (step.1 - step.2 as f64).abs());
        mean(apart, all)
    }
}

impl std::fmt::Display for Reliability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "  confidence  right  suggestions")?;
        for (count, sum, right) in self.steps.iter().filter(|step| step.0 > 0) {
            let count = *count;
            writeln!(
                f,
                "  {:10.2} {:6.2} {count:12}",
                sum / count as f64,
                *right as f64 / count as f64
            )?;
        }
        Ok(())
    }
}

/// The share of the messages that get a suggestion where nobody says otherwise.
fn met(asked: &[Asked], confidence: &Confidence) -> f64 {
    let is_met = |asked: &Asked| {
        let mut suggested = asked.suggested.iter();
        suggested.any(|suggested| confidence_of(suggested, confidence) >= f64::from(THRESHOLD))
    };
    mean(
        asked.iter().map(|asked| f64::from(u8::from(is_met(asked)))),
        asked.len(),
    )
}

/// Where a set comes from.
#[derive(Clone)]
struct Source {
    name: String,
    /// Whether only one in [`SMALL`] articles is there.
    is_small: bool,
    language: String,
    articles: PathBuf,
    /// Id and text.
    queries: Vec<(String, String)>,
    /// Articles that answer, by id of the query.
    right: BTreeMap<String, BTreeSet<String>>,
}

impl Source {
    fn all(shared: &Path) -> Result<Vec<Self>, Failure> {
        let folder = shared.join("relevance");
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        let mut sources = Vec::new();
        for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
            sources.push(Self::read(shared, &entry.path())?);
        }
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(sources)
    }

    fn read(shared: &Path, folder: &Path) -> Result<Self, Failure> {
        let name = folder
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let table = |file: &str| {
            let path = folder.join(file);
            fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))
        };
        let row = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        let mut right: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in table("qrels.tsv")?.lines().map(row) {
            if let [id, article, grade, ..] = line.as_slice()
                && grade != "0"
            {
                right.entry(id.clone()).or_default().insert(article.clone());
            }
        }
        let queries = (table("queries.tsv")?.lines().map(row))
            .filter_map(|line| Some((line.first()?.clone(), line.get(1)?.clone())))
            .collect();
        let own = folder.join("articles");
        Ok(Self {
            language: name.rsplit('-').next().unwrap_or_default().to_owned(),
            articles: if own.is_dir() {
                own
            } else {
                shared.join("corpora/arduino/content")
            },
            name,
            is_small: false,
            queries,
            right,
        })
    }

    /// The small site of the same set, with the questions that are answered there.
    fn small(&self) -> Self {
        let mut small = Self {
            is_small: true,
            ..self.clone()
        };
        for right in small.right.values_mut() {
            right.retain(|article| is_kept(article));
        }
        small
            .queries
            .retain(|query| small.right.get(&query.0).is_some_and(|right| !right.is_empty()));
        small
    }

    fn title(&self) -> String {
        format!("{}{}", self.name, if self.is_small { " small" } else { "" })
    }

    /// Sets about the same have the same subject.
    fn subject(&self) -> &str {
        self.name.split('-').next().unwrap_or_default()
    }

    /// Builds the set's articles as a site; returns its folder.
    fn build(&self, kb: &Path) -> Result<PathBuf, Failure> {
        let folder = root().join(target()).join("calibrate").join(self.title());
        let project = folder.join("project");
        let _ = fs::remove_dir_all(&folder);
        copy(&self.articles, &project.join("content"), &|path| {
            let article = path.strip_prefix(&self.articles).unwrap_or(path).to_string_lossy();
            !self.is_small || !article.ends_with(".md") || is_kept(&article)
        })?;
        let config = project.join("kb.toml");
        let settings = format!(
            "title = \"{}\"\ndefault_language = \"{}\"\n[build]\nimages = false\n",
            self.name, self.language
        );
        fs::write(&config, settings).map_err(|error| unreadable(&config, &error))?;
        let site = folder.join("public");
        let built = Command::new(kb)
            .arg("build")
            .arg(&project)
            .arg("-o")
            .arg(&site)
            .output();
        let built = built.map_err(|error| unreadable(kb, &error))?;
        // Broken links in the articles are no concern here: exit code 1.
        if site.join("search").is_dir() {
            Ok(site)
        } else {
            Err(Failure::new(String::from_utf8_lossy(&built.stderr).into_owned()))
        }
    }

    /// Asks the set's questions in a manner.
    fn ask(&self, kb: &Path, site: &Path, manner: Manner) -> Result<Vec<Asked>, Failure> {
        let messages =
            (self.queries.iter().enumerate()).map(|(number, (_, text))| message(text, &self.language, manner, number));
        let ids = self.queries.iter().map(|query| query.0.as_str());
        Ok(self.judged(ids, self.suggest(kb, site, messages)?))
    }

    /// Asks questions that the set's articles do not answer: some of each set about something else.
    fn ask_strangers(&self, kb: &Path, site: &Path, sources: &[Self]) -> Result<Vec<Asked>, Failure> {
        let whole = |other: &&Self| !other.is_small;
        let others = (sources.iter())
            .filter(whole)
            .filter(|other| other.subject() != self.subject());
        let messages = others.flat_map(|other| other.queries.iter().step_by(7));
        // On a small site also those of the same matter whose articles are not there.
        let own = (sources.iter())
            .filter(whole)
            .filter(|other| self.is_small && other.name == self.name);
        let is_absent = |query: &&(String, String)| !self.queries.contains(query);
        let own = own.flat_map(|other| other.queries.iter().filter(is_absent).step_by(5));
        let messages = messages.chain(own).map(|query| query.1.clone());
        Ok(self.judged(iter::repeat(""), self.suggest(kb, site, messages)?))
    }

    fn judged<'i>(&self, ids: impl Iterator<Item = &'i str>, answers: Vec<Value>) -> Vec<Asked> {
        let none = BTreeSet::new();
        let asked = ids.zip(answers).map(|(id, answer)| {
            let right = self.right.get(id).unwrap_or(&none);
            let hits = answer["hits"].as_array().cloned().unwrap_or_default();
            let suggested: Vec<_> = (hits.iter())
                .map(|hit| Suggested {
                    values: std::array::from_fn(|at| hit["evidence"][Evidence::NAMES[at]].as_f64().unwrap_or_default()),
                    is_right: right.contains(hit["source"].as_str().unwrap_or_default()),
                })
                .collect();
            let found = suggested.iter().filter(|suggested| suggested.is_right).count();
            Asked {
                recall: found as f64 / right.len().max(1) as f64,
                suggested,
            }
        });
        asked.collect()
    }

    /// What `kb suggest` answers to messages.
    fn suggest(&self, kb: &Path, site: &Path, messages: impl Iterator<Item = String>) -> Result<Vec<Value>, Failure> {
        let input: Vec<String> = messages.map(|message| Value::from(message).to_string()).collect();
        let asked = site.with_file_name("messages.jsonl");
        fs::write(&asked, input.join("\n") + "\n").map_err(|error| unreadable(&asked, &error))?;
        let file = fs::File::open(&asked).map_err(|error| unreadable(&asked, &error))?;
        let mut command = Command::new(kb);
        command.stdin(file).args(["suggest", "--batch", "--explain"]);
        command.args(["-n", &SUGGESTIONS.to_string(), "--threshold", "0"]);
        command.arg("--site").arg(site);
        let printed = output(&mut command)?;
        let answers: Vec<Value> = printed
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        if answers.len() == input.len() {
            Ok(answers)
        } else {
            let (name, asked, got) = (&self.name, input.len(), answers.len());
            Err(Failure::new(format!("{name}: {got} answers to {asked} messages")))
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// Whether an article is on the small site of its set.
fn is_kept(article: &str) -> bool {
    // FNV-1a: the same on every machine.
    let hash = article.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash % SMALL as u64 == 0
}

/// Copies the files of a folder that `wanted` names.
fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) -> Outcome {
    fs::create_dir_all(to).map_err(|error| unreadable(to, &error))?;
    let entries = fs::read_dir(from).map_err(|error| unreadable(from, &error))?;
    for entry in entries.flatten() {
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied, wanted)?;
        } else if wanted(&path) {
            // Not `fs::copy`: that would copy the write protection too, and the folder could not be removed.
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            fs::write(&copied, bytes).map_err(|error| unreadable(&copied, &error))?;
        }
    }
    Ok(())
}
