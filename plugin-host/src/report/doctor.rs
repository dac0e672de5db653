//! The findings of `doctor`.

use std::io;

use crate::commands::doctor::{Finding, Verdict};
use crate::output::{escaped, print_line};
use crate::terminal::{Tone, on_stdout, wrapped};

/// The column at which findings begin.
const INDENT: usize = 20;

/// Prints each finding, what it needs, and how many there are of a kind.
pub(crate) fn show(findings: &[Finding]) -> io::Result<()> {
    for Finding { check, verdict, found, cure, .. } in findings {
        let (tone, verdict) = match verdict {
            Verdict::Ok => (Tone::Good, "ok"),
            Verdict::Note => (Tone::Note, "note"),
            Verdict::Problem => (Tone::Bad, "problem"),
        };
        let verdict = on_stdout(tone, &format!("{verdict:<8}"));
        let found = wrapped(&escaped(found), INDENT);
        print_line(&format!("{verdict} {check:<10} {found}"))?;
        if let Some(cure) = cure {
            // Whole, so that it can be copied.
            print_line(&format!("{:<INDENT$}{}", "", escaped(cure)))?;
        }
    }
    let count = |of: Verdict| findings.iter().filter(|finding| finding.verdict == of).count();
    let (problems, notes) = (count(Verdict::Problem), count(Verdict::Note));
    print_line(&format!("problems {problems}, notes {notes}"))
}
