//! `kb` turns a folder of Markdown support articles into a static help centre that answers customers before they write.
//!
//! A build goes through these layers from top to bottom. Each is a crate, and its manifest names those that it may use:
//!
//! 1. [`kb_source`] reads the files that [`kb_config`] and its ignore rules leave.
//! 2. [`kb_document`] understands each Markdown file by itself.
//! 3. [`kb_site`] makes the tree, the URLs and the links of them.
//! 4. [`kb_index`] writes the tantivy index and answers queries.
//! 5. [`kb_render`] makes pages, feeds and everything else that is served.
//! 6. [`kb_output`] puts it on disk, whole or not at all.
//!
//! What `kb` does with them is in this crate: [`pipeline`] runs the stages, once or again after every change that
//! `watch` tells of, `serve` shows the result in a browser, and [`cli`] is what users type.
//!
//! What goes wrong on the way is a [`kb_diagnostic::Diagnostic`], never a panic.

pub mod cli;
pub mod pipeline;
mod serve;
mod watch;
