//! Progress of a build, only on a terminal and only for longer builds.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline::Progress;

/// Shorter builds show no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// A spinner that appears once a build takes longer than half a second.
pub(super) struct Spinner {
    bar: ProgressBar,
    since: Instant,
}

impl Spinner {
    pub(super) fn new(quiet: bool) -> Self {
        // Without a terminal, nothing is drawn.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(10)
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            since: Instant::now(),
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Spinner {
    fn stage(&self, name: &'static str) {
        self.bar.set_message(format!("{name} ..."));
        if self.since.elapsed() >= PATIENCE {
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
    }
}
