//! How often pages were read, from `content/views.csv`: an export of any analytics tool.

use csv::{ReaderBuilder, StringRecord, Trim};
use kb_diagnostic::{Code, Diagnostic, SourceText, Span};

/// Names of the column with the page, the preferred one first.
const PAGE_COLUMNS: &[&str] = &[
    "path",
    "url",
    "page",
    "page path",
    "page url",
    "page path and screen class",
    "address",
];
/// Names of the column with the number of views, the preferred one first.
const VIEWS_COLUMNS: &[&str] = &["views", "pageviews", "page views", "screenpageviews", "hits", "visits"];
/// The number of rows with a bad number that are reported one by one.
const MAX_PROBLEMS: usize = 10;

/// How often pages were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Views {
    /// The file's name in messages.
    pub file: String,
    /// Its rows.
    pub rows: Vec<ViewRow>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRow {
    /// A page: the path of its file, its path on the site, or its URL.
    pub page: String,
    /// How often it was read.
    pub views: u64,
    /// Line of the file, counted from 1.
    pub line: usize,
}

/// Reads the text of a `views.csv`. `file` is its name in messages.
pub fn parse_views(text: &str, file: &str) -> (Views, Vec<Diagnostic>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = SourceText::new(file, text);
    let mut views = Views {
        file: file.to_owned(),
        rows: Vec::new(),
    };
    let mut reader = ReaderBuilder::new()
        .comment(Some(b'#'))
        .delimiter(delimiter(text))
        .flexible(true)
        .has_headers(false)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut problems = Vec::new();
    let mut bad_numbers = 0;
    let mut columns = None;
    let (mut line, mut counted) = (1, 0);
    // Reading from memory with rows of any length cannot fail.
    for record in reader.records().filter_map(Result::ok) {
        let Some((page, number)) = columns else {
            columns = find(&record, PAGE_COLUMNS).zip(find(&record, VIEWS_COLUMNS));
            if columns.is_none() {
                return (views, vec![no_columns(&record, &source)]);
            }
            continue;
        };
        let (Some(page), Some(written)) = (record.get(page), record.get(number)) else {
            continue;
        };
        // Some tools add a row with the sum, which has no page.
        if page.is_empty() || written.is_empty() {
            continue;
        }
        let start = start(&record, text);
        line += text
            .get(counted..start)
            .map_or(0, |between| between.matches('\n').count());
        counted = start;
        if let Some(count) = whole_number(written) {
            views.rows.push(ViewRow {
                page: page.to_owned(),
                views: count,
                line,
            });
            continue;
        }
        bad_numbers += 1;
        if bad_numbers <= MAX_PROBLEMS {
            let message = format!("`{written}` is not a number of views; this row is skipped");
            problems.push(Diagnostic::new(Code::ViewsNumber, message).with_span(span(start, &source)));
        }
    }
    if bad_numbers > MAX_PROBLEMS {
        let message = format!("{} other rows have no number of views", bad_numbers - MAX_PROBLEMS);
        problems.push(Diagnostic::new(Code::ViewsNumber, message).with_span(Span::file(file)));
    }
    (views, problems)
}

/// The separator of columns, from the first line that is not a comment.
fn delimiter(text: &str) -> u8 {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let heading = lines.find(|line| !line.starts_with('#')).unwrap_or_default();
    let times = |delimiter: &u8| heading.bytes().filter(|byte| byte == delimiter).count();
    // If several are equally frequent, the last one is used, which is the comma.
    [b'\t', b';', b','].into_iter().max_by_key(times).unwrap_or(b',')
}

fn find(headings: &StringRecord, names: &[&str]) -> Option<usize> {
    let column = |name: &&str| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name));
    names.iter().find_map(column)
}

fn no_columns(headings: &StringRecord, source: &SourceText) -> Diagnostic {
    let (column, names) = match find(headings, PAGE_COLUMNS) {
        None => ("page", "`path`, `url` or `page`"),
        Some(_) => ("views", "`views`, `pageviews` or `hits`"),
    };
    let message = format!("the file has no {column} column (named {names}), so it is not used");
    Diagnostic::new(Code::ViewsColumns, message)
        .with_span(span(start(headings, source.text()), source))
        .with_hint("name the columns in the first line, for example `path,views`")
}

/// Where a row begins. The reader's own position may be before the end of the last line, empty lines and comments.
fn start(record: &StringRecord, text: &str) -> usize {
    let mut start = record.position().map_or(0, csv::Position::byte) as usize;
    while let Some(rest) = text.get(start..) {
        let skipped = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let comment = rest[skipped..].starts_with('#').then(|| rest[skipped..].find('\n'));
        start += skipped;
        match comment {
            Some(Some(end)) => start += end,
            _ => break,
        }
    }
    start
}

fn span(start: usize, source: &SourceText) -> Span {
    let text = source.text();
    let end = text
        .get(start..)
        .and_then(|rest| rest.find(['\r', '\n']))
        .map_or(text.len(), |length| start + length);
    source.span(start..end)
}

/// A whole number, with or without thousands separators.
fn whole_number(written: &str) -> Option<u64> {
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '\'' | '\u{2019}' | '_');
    let parts: Vec<&str> = written.split(separator).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(digits) {
        return None;
    }
    match parts.as_slice() {
        // Spreadsheets write `120.0`.
        [number] | [number, "0" | "00"] => number.parse().ok(),
        [_, thousands @ ..] if thousands.iter().all(|part| part.len() == 3) => parts.concat().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(String, u64, usize)> {
        let (views, problems) = parse_views(text, "views.csv");
        assert_eq!(problems, [], "{text}");
        views
            .rows
            .into_iter()
            .map(|row| (row.page, row.views, row.line))
            .collect()
    }

    #[test]
    fn exports_of_many_tools_are_read() {
        let row = |page: &str, views, line| (page.to_owned(), views, line);
        for text in [
            "path,views\n/a/,12\n/b/,3400\n",
            "\u{feff}Path,Views\r\n/a/,12\r\n/b/,\"3,400\"\r\n",
            "name;Pageviews;URL\nx;12;/a/\ny;3.400;/b/\n",
            "page\tvisits\tviews\n/a/\t9\t12\n/b/\t9\t3 400\n",
            "views, page \n 12 , /a/ \n3'400,/b/\n",
        ] {
            assert_eq!(rows(text), [row("/a/", 12, 2), row("/b/", 3400, 3)], "{text}");
        }
        assert_eq!(
            rows("# Account: Acme\n#\n\nPage path,Views\n/a/,1\n,99\n/b/\n/c/,\n"),
            [row("/a/", 1, 5)]
        );
        assert_eq!(rows(""), []);
        assert_eq!(rows("path,views"), []);
    }

    #[test]
    fn numbers_are_whole() {
        for (written, number) in [
            ("0", Some(0)),
            ("1\u{202f}234\u{a0}567", Some(1_234_567)),
            ("120.0", Some(120)),
            ("1,234.00", None),
            ("12.5", None),
            ("1.2345", None),
            ("-3", None),
            ("many", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(whole_number(written), number, "{written}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let (views, problems) = parse_views("path,views\n/a/,many\n/b/,2\n", "content/views.csv");
        assert_eq!(views.rows.len(), 1);
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}")
        };
        assert_eq!(
            (problem.code, problem.message.as_str()),
            (
                Code::ViewsNumber,
                "`many` is not a number of views; this row is skipped"
            )
        );
        let place = problem.span.as_ref().map(|span| (span.line, span.excerpt.as_str()));
        assert_eq!(place, Some((2, "/a/,many")));
        for (text, message) in [
            (
                "a,b\n1,2\n",
                "the file has no page column (named `path`, `url` or `page`), so it is not used",
            ),
            (
                "path,b\n1,2\n",
                "the file has no views column (named `views`, `pageviews` or `hits`), so it is not used",
            ),
        ] {
            let (views, problems) = parse_views(text, "views.csv");
            assert_eq!((views.rows.len(), problems.len()), (0, 1));
            assert_eq!(
                (problems[0].code, problems[0].message.as_str()),
                (Code::ViewsColumns, message)
            );
        }
        let many = format!("path,views\n{}", "/a/,x\n".repeat(5_000));
        let (_, problems) = parse_views(&many, "views.csv");
        assert_eq!(problems.len(), MAX_PROBLEMS + 1);
        assert_eq!(
            problems[MAX_PROBLEMS].message,
            "4990 other rows have no number of views"
        );
    }
}
