//! Progress of plugins, as lines of the terminal.

use std::io::{IsTerminal, Write, stdout};

use site_interface::Progress;

pub struct ProgressLines;

impl Progress for ProgressLines {
    fn report(&self, task: &str, done: u32, of: u32) {
        let end = if done == of { "\n" } else { "\r" };
        // Only a terminal can write a line again.
        if done == of || stdout().is_terminal() {
            print!("  {task}: {done} of {of}{end}");
            let _ = stdout().flush();
        }
    }
}
