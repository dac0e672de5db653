//! The findings of `doctor`.

use std::io;

use crate::commands::doctor::{Finding, Verdict};
use crate::output::{escaped, print_line};

/// Prints each finding, what it needs, and how many there are of a kind.
pub(crate) fn show(findings: &[Finding]) -> io::Result<()> {
    for Finding { check, verdict, found, cure, .. } in findings {
        let verdict = match verdict {
            Verdict::Ok => "ok",
            Verdict::Note => "note",
            Verdict::Problem => "problem",
        };
        print_line(&format!("{verdict:<8} {check:<10} {}", escaped(found)))?;
        if let Some(cure) = cure {
            print_line(&format!("{:<20}{}", "", escaped(cure)))?;
        }
    }
    let count = |of: Verdict| findings.iter().filter(|finding| finding.verdict == of).count();
    let (problems, notes) = (count(Verdict::Problem), count(Verdict::Note));
    print_line(&format!("problems {problems}, notes {notes}"))
}
