//! `kb search`

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::ops::Range;

use kb_index::{Answer, Hit, Options, SectionHit, Typing, json};

use super::searcher::Searcher;
use super::{CommandOutcome, SearchArgs, SearchEngine, eprint, print};

pub(super) fn run(args: &SearchArgs) -> io::Result<CommandOutcome> {
    if args.explain && args.index.engine == SearchEngine::Pack {
        eprint(
            "error: `--explain` works only with the tantivy engine\nhint: leave out `--engine pack`; both engines give the same scores\n",
        );
        return Ok(CommandOutcome::Failed);
    }
    let mut index = match Searcher::open(&args.index) {
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

pub(super) const BOLD: anstyle::Style = anstyle::Style::new().bold();
pub(super) const DIM: anstyle::Style = anstyle::Style::new().dimmed();
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
    push_section(text, &hit.url, &hit.section);
    if let Some(explanation) = &hit.explanation {
        for line in explanation.to_string().lines() {
            let _ = writeln!(text, "      {line}");
        }
    }
    text.push('\n');
}

/// Address, heading and excerpt of a section of the page with this address.
pub(super) fn push_section(text: &mut String, url: &str, section: &SectionHit) {
    let anchor = if section.anchor.is_empty() {
        String::new()
    } else {
        format!("#{}", section.anchor)
    };
    let _ = writeln!(text, "    {url}{anchor}");
    if !section.heading.is_empty() {
        let _ = writeln!(text, "    {DIM}{}{DIM:#}", section.heading);
    }
    let excerpt = marked(&section.excerpt, &section.highlights, anstyle::Style::new());
    let excerpt = excerpt.split_whitespace().collect::<Vec<_>>().join(" ");
    if !excerpt.is_empty() {
        let _ = writeln!(text, "    {excerpt}");
    }
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
