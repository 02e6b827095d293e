//! The command line: one file per command, exit codes, reports.
//!
//! Exit codes: 0 fine; 1 the content has problems; 2 wrong usage, settings or I/O.

mod build;
mod generate;
mod init;
mod inside;
mod new;
mod progress;
mod report;
mod search;
mod searcher;
mod serve;
mod suggest;
mod theme;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turn a folder of Markdown support articles into a help centre that answers customers before they write.
#[derive(Debug, Parser)]
#[command(
    name = "kb",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Start with `kb init help-centre`, or point `kb build` at any folder of Markdown.\n\nExit codes: 0 fine, 1 the content has problems, 2 wrong usage, settings or I/O."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a help centre with sample articles
    Init(InitArgs),
    /// Create an article
    New(NewArgs),
    /// Build the site and its search index
    Build(BuildArgs),
    /// Preview the site in a browser while you write
    Serve(ServeArgs),
    /// Search a built site
    Search(SearchArgs),
    /// Suggest the articles that answer a message, read from standard input
    Suggest(SuggestArgs),
    /// List themes, or copy files of the theme into the project to change them
    #[command(subcommand)]
    Theme(ThemeCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one page per command into a folder
    Man {
        /// The folder
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct InitArgs {
    /// The folder; it is created if it does not exist
    #[arg(default_value = ".")]
    dir: PathBuf,
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The customer's question, which becomes the title
    question: String,
    /// The category: a folder in `content/`
    #[arg(long = "in", value_name = "CATEGORY")]
    category: Option<String>,
    /// The project
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct BuildArgs {
    /// A project (a folder with `kb.toml`), or simply a folder of Markdown
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The output folder [default: `public` in the project; for a bare folder, `public` in the current folder]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// The address of the site, such as `https://help.example.com/` (overrides `base_url`)
    #[arg(short = 'u', long, value_name = "URL")]
    base_url: Option<String>,
    /// Build a site that opens from a folder, without a server, including search [default output: `public-offline`]
    #[arg(long, conflicts_with = "base_url")]
    offline: bool,
    /// Publish drafts too
    #[arg(long)]
    drafts: bool,
    /// Publish scheduled articles too
    #[arg(long)]
    future: bool,
    /// Fail the build on warnings
    #[arg(long)]
    strict: bool,
    /// Number of threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print how long each stage took
    #[arg(long)]
    timings: bool,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct ServeArgs {
    /// A project (a folder with `kb.toml`), or simply a folder of Markdown
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Show changes as soon as they are saved; includes drafts and scheduled articles
    #[arg(short, long)]
    watch: bool,
    /// Open the browser
    #[arg(long)]
    open: bool,
    /// The port [default: 4000; if it is taken, the next free one]
    #[arg(short, long)]
    port: Option<u16>,
    /// The address to listen on; `0.0.0.0` lets other devices on your network connect
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    host: String,
    /// Also accept requests for this host name, for use behind a proxy; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Compare files every half second instead of using file system events, for network drives and containers
    #[arg(long, requires = "watch")]
    poll: bool,
    /// Show drafts
    #[arg(long)]
    drafts: bool,
    /// Show scheduled articles
    #[arg(long)]
    future: bool,
    /// Show only what customers will see, even with `--watch`
    #[arg(long, conflicts_with_all = ["drafts", "future"])]
    published: bool,
    /// Treat warnings as errors; exit with code 1 if any problem is left
    #[arg(long)]
    strict: bool,
    /// The address of the site (overrides `base_url`)
    #[arg(short = 'u', long, value_name = "URL")]
    base_url: Option<String>,
    /// Also write the site into this folder, at the start and after each change
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print only problems
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct ReportArgs {
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print only problems
    #[arg(short, long)]
    quiet: bool,
}

/// The format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// A JSON array
    Json,
    /// Annotations of a GitHub pull request
    Github,
    /// SARIF 2.1.0, for code hosts
    Sarif,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
struct SearchArgs {
    /// What the customer types
    #[arg(required_unless_present = "batch")]
    query: Option<String>,
    #[command(flatten)]
    index: IndexArgs,
    /// The largest number of articles
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    number: u16,
    /// Only articles of this collection (its title)
    #[arg(long, value_name = "TITLE")]
    collection: Option<String>,
    /// Only articles with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Treat the last word as unfinished, as while typing
    #[arg(long)]
    typing: bool,
    /// Show why each article ranks where it does
    #[arg(long)]
    explain: bool,
    /// Read one query per line from standard input, print one JSON object per line
    #[arg(long, conflicts_with = "query")]
    batch: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct SuggestArgs {
    #[command(flatten)]
    index: IndexArgs,
    /// The largest number of articles
    #[arg(short = 'n', long, value_name = "N", default_value_t = kb_index::SUGGESTIONS as u16, value_parser = clap::value_parser!(u16).range(1..=100))]
    number: u16,
    /// The least confidence of a suggestion, from 0 to 1
    #[arg(long, value_name = "P", default_value_t = kb_index::THRESHOLD, value_parser = share)]
    threshold: f32,
    /// Show what the confidence of each article comes from
    #[arg(long)]
    explain: bool,
    /// Read one message per line, each a JSON string, and print one JSON object per line
    #[arg(long)]
    batch: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The index to ask.
#[derive(Debug, Args)]
struct IndexArgs {
    /// The built site
    #[arg(long, value_name = "DIR", default_value = "public")]
    site: PathBuf,
    /// Language of the index [default: the site's default language]
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// The engine to use
    #[arg(long, value_enum, default_value_t = SearchEngine::Tantivy)]
    engine: SearchEngine,
}

/// A number from 0 to 1.
fn share(text: &str) -> Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err("not from 0 to 1".to_owned())
    }
}

/// The engine to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SearchEngine {
    /// The tantivy index
    Tantivy,
    /// The pack, as the search box in a browser does
    Pack,
}

#[derive(Debug, Subcommand)]
enum ThemeCommand {
    /// List the themes that the project can use
    List(ThemeListArgs),
    /// Copy a file of the theme into the project, or list the files that can be copied
    Eject(ThemeEjectArgs),
}

#[derive(Debug, Args)]
struct ThemeListArgs {
    /// The project
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The format of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

#[derive(Debug, Args)]
struct ThemeEjectArgs {
    /// The file, such as `article.html`, `partials/footer.html`, `css/tokens.css` or `i18n/de.toml`; without it, all files are listed
    #[arg(value_name = "FILE")]
    name: Option<String>,
    /// The project
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Overwrite the copy that is there
    #[arg(long, requires = "name")]
    force: bool,
    /// Show what differs between the theme's file and your copy; change nothing
    #[arg(long, requires = "name", conflicts_with = "force")]
    diff: bool,
    /// The format of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

/// The format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people
    Human,
    /// A JSON array
    Json,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommandOutcome {
    /// Fine.
    Fine,
    /// The content has problems.
    Problems,
    /// Wrong usage, settings or I/O.
    Failed,
}

impl From<CommandOutcome> for ExitCode {
    fn from(outcome: CommandOutcome) -> Self {
        Self::from(match outcome {
            CommandOutcome::Fine => 0,
            CommandOutcome::Problems => 1,
            CommandOutcome::Failed => 2,
        })
    }
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Init(args) => init::run(&args),
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Suggest(args) => suggest::run(&args),
        Command::Theme(ThemeCommand::List(args)) => theme::list(&args),
        Command::Theme(ThemeCommand::Eject(args)) => theme::eject(&args),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { dir } => generate::man(dir.as_deref()),
    };
    match result {
        Ok(outcome) => outcome.into(),
        // A closed pipe is not an error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => CommandOutcome::Fine.into(),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            CommandOutcome::Failed.into()
        }
    }
}

/// Prints to standard output; `Err` with `BrokenPipe` if the reader has closed the pipe.
fn print(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The error of commands that need a project, for a folder without one.
fn not_a_project(folder: &Path) -> String {
    let shown = folder.display();
    format!("`{shown}` has no `kb.toml`\nhint: run this in a project, or create one with `kb init`")
}

/// Prints to standard error.
fn eprint(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes());
}
