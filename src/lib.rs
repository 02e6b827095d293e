//! `kb` turns a folder of Markdown support articles into a static help centre that answers customers before they write.
//!
//! The modules are layers; each imports only those above it in this list. A build goes through them from top to bottom:
//!
//! 1. [`source`] reads the files that [`config`] and its ignore rules leave.
//! 2. [`document`] understands each Markdown file by itself.
//! 3. [`site`] makes the tree, the URLs and the links of them.
//! 4. [`search`] writes the tantivy index and answers queries.
//! 5. [`render`] makes pages, feeds and everything else that is served.
//! 6. [`output`] puts it on disk, whole or not at all.
//! 7. [`pipeline`] runs the stages, once or again after every change that [`watch`] tells of.
//! 8. [`serve`] shows the result in a browser, and [`cli`] is what users type.
//!
//! What goes wrong on the way is a [`diagnostic::Diagnostic`], never a panic.

pub mod cli;
pub mod config;
pub mod data;
pub mod diagnostic;
pub mod document;
pub mod output;
pub mod pipeline;
pub mod render;
pub mod search;
pub mod serve;
pub mod site;
pub mod source;
pub mod watch;
