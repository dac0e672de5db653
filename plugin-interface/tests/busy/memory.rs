//! The memory of this process.

use std::fs;

use crate::build::Build;

/// How many mappings there are of builds of the plugin.
pub(crate) fn mapped(build: &Build) -> usize {
    let name = build.file().file_name().unwrap().to_str().unwrap().to_owned();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines().filter(|line| line.contains(&name)).count()
}

/// The resident set after a fifth of the replacements, and after the last.
#[derive(Default)]
pub(crate) struct Growth {
    early: u64,
    late: u64,
}

impl Growth {
    pub(crate) fn note(&mut self, number: u32, of: u32) {
        if number == of / 5 {
            self.early = resident();
        }
        self.late = resident();
    }

    /// Checks that less stays of each version than the pages of the smallest library.
    /// What stays of the allocator's own does not depend on how many there were.
    pub(crate) fn check(&self, reloads: u32) {
        let grown = self.late.saturating_sub(self.early);
        println!("{} KB after a fifth, {} KB more at the end", self.early >> 10, grown >> 10);
        if reloads >= 100 {
            let most = u64::from(reloads) * (16 << 10) + (4 << 20);
            assert!(grown < most, "{grown} bytes more, of {most} at most");
        }
    }
}

fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}
