//! Decides what to do next: one build at a time, and the newest save wins.
//!
//! A pure state machine: it starts nothing itself.

use super::saves::Save;

/// What to do next.
#[derive(Debug, PartialEq)]
pub(super) enum Action {
    /// Start a build of this save.
    Build(Save),
    /// End the running build, of which nothing is used.
    Cancel,
    /// Use what was built.
    Serve,
    /// Wait for the next save.
    Nothing,
}

/// What is going on.
#[derive(Default)]
pub(super) struct Steps {
    step: Step,
    /// The save to build next.
    next: Option<Save>,
}

#[derive(Default)]
enum Step {
    #[default]
    Idle,
    /// A build is running. That of an older save is being ended.
    Building { is_cancelled: bool },
    /// The new version is being loaded.
    Serving,
}

impl Steps {
    /// Returns `true` if a later save replaces the running build.
    pub(super) fn is_superseded(&self) -> bool {
        matches!(self.step, Step::Building { is_cancelled: true })
    }

    /// Notices a save.
    pub(super) fn saved(&mut self, save: Save) -> Action {
        match &mut self.step {
            Step::Idle => {
                self.step = Step::Building { is_cancelled: false };
                return Action::Build(save);
            }
            Step::Building { is_cancelled } => {
                let was_cancelled = std::mem::replace(is_cancelled, true);
                self.add(save);
                return if was_cancelled { Action::Nothing } else { Action::Cancel };
            }
            Step::Serving => self.add(save),
        }
        Action::Nothing
    }

    fn add(&mut self, save: Save) {
        self.next = Some(match self.next.take() {
            Some(earlier) => save.after(earlier),
            None => save,
        });
    }

    /// Notices the end of a build, and whether there is a library to use.
    pub(super) fn built(&mut self, is_good: bool) -> Action {
        if is_good && !self.is_superseded() {
            self.step = Step::Serving;
            return Action::Serve;
        }
        self.next()
    }

    /// Notices the end of a load.
    pub(super) fn served(&mut self) -> Action {
        self.next()
    }

    fn next(&mut self) -> Action {
        self.step = Step::Idle;
        match self.next.take() {
            Some(save) => self.saved(save),
            None => Action::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn save(path: &str) -> Save {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        let since = *START.get_or_init(Instant::now) + Duration::from_secs(path.len() as u64);
        Save { since, paths: [path.into()].into() }
    }

    #[test]
    fn a_save_is_built_and_served() {
        let mut steps = Steps::default();
        assert_eq!(steps.saved(save("a")), Action::Build(save("a")));
        assert_eq!(steps.built(true), Action::Serve);
        assert_eq!(steps.served(), Action::Nothing);
        assert_eq!(steps.saved(save("b")), Action::Build(save("b")));
        assert_eq!(steps.built(false), Action::Nothing);
    }

    #[test]
    fn of_saves_during_a_build_the_newest_is_built_once() {
        let mut steps = Steps::default();
        steps.saved(save("a"));
        assert_eq!(steps.saved(save("bb")), Action::Cancel);
        assert_eq!(steps.saved(save("ccc")), Action::Nothing);
        assert!(steps.is_superseded());
        // Even if the first build was faster.
        let both = save("ccc").after(save("bb"));
        assert_eq!(steps.built(true), Action::Build(both));
        assert!(!steps.is_superseded());
        assert_eq!(steps.built(true), Action::Serve);
    }

    #[test]
    fn a_save_during_a_load_waits_for_its_end() {
        let mut steps = Steps::default();
        steps.saved(save("a"));
        steps.built(true);
        assert_eq!(steps.saved(save("b")), Action::Nothing);
        assert_eq!(steps.served(), Action::Build(save("b")));
    }
}
