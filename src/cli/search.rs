//! `kb search`

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use kb_config::Language;
use kb_diagnostic::did_you_mean;
use kb_index::{Answer, Hit, Options, PackSearch, SearchIndex, Typing, json};
use kb_source::Bounds;

use super::{CommandOutcome, SearchArgs, SearchEngine, eprint, print};

pub(super) fn run(args: &SearchArgs) -> io::Result<CommandOutcome> {
    if args.explain && args.engine == SearchEngine::Pack {
        eprint(
            "error: `--explain` works only with the tantivy engine\nhint: leave out `--engine pack`; both engines give the same scores\n",
        );
        return Ok(CommandOutcome::Failed);
    }
    let mut index = match open(args) {
        Ok(index) => index,
        Err(message) => {
            eprint(&format!("error: {message}\n"));
            return Ok(CommandOutcome::Failed);
        }
    };
    let options = Options {
        limit: args.number.into(),
        typing: if args.typing {
            Typing::AsYouType
        } else {
            Typing::Finished
        },
        explain: args.explain,
        collection: args.collection.clone(),
        tag: args.tag.clone(),
        ..Options::default()
    };
    if args.batch {
        return batch(&mut index, &options);
    }
    let query = args.query.as_deref().unwrap_or_default();
    match index.search(query, &options) {
        Ok(results) if args.json => print(&format!("{}\n", json::results(query, &results)))?,
        Ok(results) => print(&human(query, &results))?,
        Err(error) => {
            eprint(&format!("error: {error}\n"));
            return Ok(CommandOutcome::Failed);
        }
    }
    Ok(CommandOutcome::Fine)
}

/// The engine that answers.
enum Searcher {
    Tantivy(Box<SearchIndex>),
    Pack(Box<PackSearch>),
}

impl Searcher {
    fn open(engine: SearchEngine, site: &Path, language: &str) -> Result<Self, kb_index::Error> {
        guarded(|| match engine {
            SearchEngine::Tantivy => {
                let index = SearchIndex::open(&kb_index::index_path(site, language))?;
                Ok(Self::Tantivy(Box::new(index)))
            }
            SearchEngine::Pack => Ok(Self::Pack(Box::new(PackSearch::open(site, language)?))),
        })
    }

    fn search(&mut self, query: &str, options: &Options) -> Result<Answer, kb_index::Error> {
        guarded(|| match self {
            Self::Tantivy(index) => index.search(query, options),
            Self::Pack(pack) => pack.search(query, options),
        })
    }
}

/// Runs `read`, and turns a panic into an error. tantivy panics on bytes that it could not have written. Damaged
/// indexes are detected before, but not all manipulated ones.
fn guarded<T>(read: impl FnOnce() -> Result<T, kb_index::Error>) -> Result<T, kb_index::Error> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    // The index is not used again: the command ends with the error.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    panic::set_hook(hook);
    result.unwrap_or(Err(kb_index::Error::Unreadable))
}

fn batch(index: &mut Searcher, options: &Options) -> io::Result<CommandOutcome> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let query = line.trim_end_matches('\r');
        match index.search(query, options) {
            Ok(results) => writeln!(out, "{}", json::results(query, &results))?,
            Err(error) => {
                out.flush()?;
                eprint(&format!("error: {error}\n"));
                return Ok(CommandOutcome::Failed);
            }
        }
    }
    out.flush()?;
    Ok(CommandOutcome::Fine)
}

/// The index of the requested language, or of the site's default language.
fn open(args: &SearchArgs) -> Result<Searcher, String> {
    let languages = kb_index::languages(&args.site).map_err(|error| error.to_string())?;
    if languages.is_empty() {
        let shown = args.site.display();
        return Err(format!(
            "`{shown}` is not a site that kb built\nhint: build the site first, or give its folder with `--site`"
        ));
    }
    let wanted = match &args.lang {
        Some(tag) => Language::parse(tag).map_or_else(|| tag.to_lowercase(), |language| language.slug()),
        None => default_language(&args.site).unwrap_or_else(|| languages.first().cloned().unwrap_or_default()),
    };
    let Some(language) = languages.iter().find(|language| language.eq_ignore_ascii_case(&wanted)) else {
        let known = languages.iter().map(String::as_str);
        let hint = did_you_mean(&wanted, known)
            .map(|hint| format!("; {hint}"))
            .unwrap_or_default();
        return Err(format!(
            "`{}` has no index for the language `{wanted}`, only for {}{hint}",
            args.site.display(),
            languages.join(", ")
        ));
    };
    Searcher::open(args.engine, &args.site, language).map_err(|error| error.to_string())
}

/// The default language in the manifest of the site.
fn default_language(site: &Path) -> Option<String> {
    let text = Bounds::NONE.read(&site.join("manifest.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(Language::parse(manifest["default_language"].as_str()?)?.slug())
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const MARK: anstyle::Style = anstyle::Style::new().bold().underline();

fn human(query: &str, results: &Answer) -> String {
    let mut text = String::new();
    if results.hits.is_empty() {
        let _ = writeln!(text, "Nothing found for \"{query}\".");
        return text;
    }
    // One line, as on the page: what explains most.
    let notice = if let Some(corrected) = &results.did_you_mean {
        format!("Showing results for \"{corrected}\".")
    } else if !results.missing.is_empty() {
        format!("No article has: {}", results.missing.join(", "))
    } else if results.relaxed {
        "No article has all of these words; these have most of them.".to_owned()
    } else {
        String::new()
    };
    if !notice.is_empty() {
        let _ = writeln!(text, "{DIM}{notice}{DIM:#}\n");
    }
    for (rank, hit) in results.hits.iter().enumerate() {
        push_hit(&mut text, rank + 1, hit);
    }
    text
}

fn push_hit(text: &mut String, rank: usize, hit: &Hit) {
    let _ = writeln!(
        text,
        "{rank:>2}. {BOLD}{}{BOLD:#}  {DIM}{:.2}{}{DIM:#}",
        marked(&hit.title.text, &hit.title.highlights, BOLD),
        hit.score,
        if hit.pinned { " pinned" } else { "" }
    );
    let anchor = if hit.section.anchor.is_empty() {
        String::new()
    } else {
        format!("#{}", hit.section.anchor)
    };
    let _ = writeln!(text, "    {}{anchor}", hit.url);
    if !hit.section.heading.is_empty() {
        let _ = writeln!(text, "    {DIM}{}{DIM:#}", hit.section.heading);
    }
    let excerpt = marked(&hit.section.excerpt, &hit.section.highlights, anstyle::Style::new());
    let excerpt = excerpt.split_whitespace().collect::<Vec<_>>().join(" ");
    if !excerpt.is_empty() {
        let _ = writeln!(text, "    {excerpt}");
    }
    if let Some(explanation) = &hit.explanation {
        for line in explanation.to_string().lines() {
            let _ = writeln!(text, "      {line}");
        }
    }
    text.push('\n');
}

/// Text with its highlights underlined; `base` is the style around them.
fn marked(text: &str, highlights: &[Range<usize>], base: anstyle::Style) -> String {
    let mut out = String::new();
    let mut from = 0;
    for range in highlights {
        if let (Some(before), Some(marked)) = (text.get(from..range.start), text.get(range.clone())) {
            let _ = write!(out, "{before}{MARK}{marked}{MARK:#}{base}");
            from = range.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_the_index() {
        let failed = guarded::<()>(|| panic!("as tantivy does"));
        assert!(matches!(failed, Err(kb_index::Error::Unreadable)));
        assert!(matches!(guarded(|| Ok(1)), Ok(1)));
    }
}
