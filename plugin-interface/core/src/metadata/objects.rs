//! The list of interfaces whose objects another one takes or returns.

use crate::boundary::Link;
use crate::metadata::description::InterfaceDescription;

/// The maximum number of them.
const LIMIT: usize = 64;

/// Interfaces, each once, in the order in which they are found.
///
/// They are stored as links, since the compiler may be computing one of them at
/// that moment.
#[derive(Clone, Copy)]
pub(crate) struct Interfaces {
    found: [Option<Link<InterfaceDescription>>; LIMIT],
    len: usize,
}

impl Interfaces {
    pub(crate) const fn new() -> Self {
        Interfaces { found: [None; LIMIT], len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn get(&self, i: usize) -> &'static InterfaceDescription {
        match self.found[i] {
            Some(link) => link.get(),
            None => panic!("an interface within the length"),
        }
    }

    /// Adds an interface, unless the list has it. Returns its number.
    pub(crate) const fn add(&mut self, link: Link<InterfaceDescription>) -> usize {
        let mut i = 0;
        while i < self.len {
            if self.get(i).is(link.get()) {
                return i;
            }
            i += 1;
        }
        assert!(self.len < LIMIT, "an interface refers to at most 64 others");
        self.found[self.len] = Some(link);
        self.len += 1;
        i
    }

    pub(super) const fn add_all(&mut self, others: &Interfaces) {
        let mut i = 0;
        while i < others.len {
            if let Some(link) = others.found[i] {
                self.add(link);
            }
            i += 1;
        }
    }
}
