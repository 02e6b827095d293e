//! The parts of kb's developer commands that its tests use too.
//!
//! Nothing here may use the `kb` library: what checks a site must not share the faults of what made it.

pub mod crawl;
