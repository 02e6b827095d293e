//! `kb` turns a folder of Markdown support articles into a static help centre that answers customers before they write.
//!
//! A build goes through these layers from top to bottom. Each is a crate, and its manifest names those that it may use:
//!
//! 1. [`kb_source`] reads the files that the settings in [`kb_config`] and the ignore rules leave.
//! 2. [`kb_document`] understands each Markdown file by itself.
//! 3. [`kb_site`] makes the tree of all documents, with URLs and links.
//! 4. [`kb_index`] writes the tantivy index and answers queries.
//! 5. [`kb_render`] makes pages, feeds and all other served files.
//! 6. [`kb_output`] writes all of it to disk, or nothing.
//!
//! This crate uses them: [`pipeline`] runs the stages, once or after every change that `watch` reports, `serve` shows the
//! result in a browser, and [`cli`] reads the command line.
//!
//! Every problem on the way is a [`kb_diagnostic::Diagnostic`], never a panic.

pub mod cli;
pub mod pipeline;
mod serve;
mod watch;
