//! What a check of `doctor` found.

use serde::Serialize;

use crate::exit::Exit;

/// What one check found, and the command that mends it.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cure: Option<String>,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// All is well.
    Ok,
    /// Plugins work, but something is slower or less safe, or may surprise.
    Note,
    /// Plugins cannot be built or loaded.
    Problem,
}

impl Finding {
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Self {
        let found = found.into();
        Finding { check, verdict: Verdict::Ok, found, cure: None, exit: Exit::Ok }
    }

    pub(super) fn note(
        check: &'static str,
        found: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        let (found, cure) = (found.into(), Some(cure.into()));
        Finding { check, verdict: Verdict::Note, found, cure, exit: Exit::Ok }
    }

    pub(super) fn problem(
        check: &'static str,
        exit: Exit,
        found: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        let (found, cure) = (found.into(), Some(cure.into()));
        Finding { check, verdict: Verdict::Problem, found, cure, exit }
    }
}
