//! `[checks]`: which problems are reported, and at which level.

use std::collections::BTreeMap;

use kb_data::Reader;
use kb_diagnostic::{Code, Diagnostic, Effect, Severity};

/// The levels that a project sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    /// The level of each code that the settings name; `None` where it is off.
    levels: BTreeMap<Code, Option<Severity>>,
}

impl Checks {
    /// Reads entries such as `image-alt = "off"`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let words = [
            ("off", None),
            ("info", Some(Severity::Info)),
            ("warning", Some(Severity::Warning)),
            ("error", Some(Severity::Error)),
        ];
        let mut levels = BTreeMap::new();
        for &code in Code::ALL {
            let Some(entry) = reader.entry(&[code.name()]) else {
                continue;
            };
            if code.effect() == Effect::Place {
                levels.extend(reader.choice(&[code.name()], &words).map(|level| (code, level)));
                continue;
            }
            let span = reader.place().span(&entry.key_range);
            reader.report(
                Diagnostic::new(Code::ConfigValue, format!("the level of `{code}` cannot be changed"))
                    .with_span(span)
                    .with_hint("it reports that an article or the whole site is missing or wrong"),
            );
        }
        Self { levels }
    }

    /// The problems that are reported, with their levels.
    pub fn apply(&self, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
        if self.levels.is_empty() {
            return problems;
        }
        problems.retain_mut(|problem| match self.levels.get(&problem.code) {
            Some(Some(level)) => {
                problem.severity = *level;
                true
            }
            Some(None) => false,
            None => true,
        });
        problems
    }
}
