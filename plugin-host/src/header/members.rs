//! Structs and unions of C, laid out as Rust's `repr(C)` lays them out.

use std::fmt::Write as _;

/// A type of C, by its size and alignment where a pointer has eight bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CType {
    /// Its name; what has no size has none.
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) align: usize,
}

impl CType {
    pub(super) fn new(name: impl Into<String>, size: usize, align: usize) -> Self {
        CType { name: name.into(), size, align }
    }

    /// A variable of the type.
    pub(super) fn declare(&self, name: &str) -> String {
        match self.name.ends_with('*') {
            true => format!("{}{name}", self.name),
            false => format!("{} {name}", self.name),
        }
    }
}

/// The members of a struct or a union, one after the other.
pub(super) struct Members {
    is_union: bool,
    /// With its alignment, where it is more than the type's own.
    members: Vec<(Option<usize>, String)>,
    size: usize,
    align: usize,
    /// Of a member without a size, which C does not have: what comes behind it
    /// begins where it would.
    pending: usize,
}

impl Members {
    pub(super) fn of_struct() -> Self {
        Members { is_union: false, members: Vec::new(), size: 0, align: 1, pending: 1 }
    }

    pub(super) fn of_union() -> Self {
        Members { is_union: true, ..Members::of_struct() }
    }

    pub(super) fn add(&mut self, ty: &CType, name: &str) {
        self.add_declared(ty.size, ty.align, ty.declare(name));
    }

    /// A union within a struct.
    pub(super) fn add_union(&mut self, union: Members, name: &str) {
        let (size, align) = union.layout();
        self.add_declared(size, align, format!("union {{\n{}    }} {name}", union.lines(8)));
    }

    /// What has no size has no member.
    fn add_declared(&mut self, size: usize, align: usize, declaration: String) {
        self.align = self.align.max(align);
        if !self.is_union {
            self.size = self.size.next_multiple_of(align);
        }
        if size == 0 {
            self.pending = self.pending.max(align);
            return;
        }
        let raised = (self.pending > align).then_some(self.pending);
        self.pending = 1;
        self.members.push((raised, declaration));
        match self.is_union {
            true => self.size = self.size.max(size),
            false => self.size += size,
        }
    }

    /// Size and alignment.
    pub(super) fn layout(&self) -> (usize, usize) {
        (self.size.next_multiple_of(self.align), self.align)
    }

    /// The declarations; one that nobody follows is made up for by the first.
    pub(super) fn lines(&self, indent: usize) -> String {
        let mut lines = String::new();
        for (i, (raised, declaration)) in self.members.iter().enumerate() {
            let raised = if i == 0 && self.pending > 1 { Some(self.align) } else { *raised };
            let raised = raised.map_or(String::new(), |align| format!("PLUGIN_ALIGN({align}) "));
            let _ = writeln!(lines, "{:indent$}{raised}{declaration};", "");
        }
        lines
    }
}
