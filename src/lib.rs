//! `kb` turns a folder of Markdown support articles into a static help centre.
pub mod diagnostic;
pub mod data;
pub mod config;
pub mod source;
pub mod document;
pub mod site;
