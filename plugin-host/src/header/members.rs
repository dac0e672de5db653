//! The members of structs and unions in C, aligned as Rust's `repr(C)` aligns
//! them.

use std::fmt::Write as _;

/// The declaration of a variable or member.
pub(super) fn declare(ty: &str, name: &str) -> String {
    match ty.ends_with('*') {
        true => format!("{ty}{name}"),
        false => format!("{ty} {name}"),
    }
}

/// The members of a struct or a union.
pub(super) struct Members {
    /// Each declaration with its alignment, where it is more than the type's own.
    members: Vec<(Option<usize>, String)>,
    align: usize,
    /// The alignment of a member without a size, which C does not have. The next
    /// member gets it.
    pending: usize,
}

impl Members {
    pub(super) fn new() -> Self {
        Members { members: Vec::new(), align: 1, pending: 1 }
    }

    /// Adds a member of a type with this size and alignment. One without a size is
    /// left out.
    pub(super) fn add(&mut self, size: usize, align: usize, ty: &str, name: &str) {
        match size {
            0 => self.leave_out(align),
            _ => self.push(align, declare(ty, name)),
        }
    }

    /// Adds a member whose alignment C knows.
    pub(super) fn add_plain(&mut self, ty: &str, name: &str) {
        self.push(1, declare(ty, name));
    }

    /// Adds a union within a struct.
    pub(super) fn add_union(&mut self, union: &Members, name: &str) {
        match union.members.is_empty() {
            true => self.leave_out(union.align),
            false => self.push(
                union.align,
                format!("union {{\n{}    }} {name}", union.lines(8, union.align)),
            ),
        }
    }

    fn leave_out(&mut self, align: usize) {
        self.align = self.align.max(align);
        self.pending = self.pending.max(align);
    }

    fn push(&mut self, align: usize, declaration: String) {
        self.align = self.align.max(align);
        let raised = (self.pending > align).then_some(self.pending);
        self.pending = 1;
        self.members.push((raised, declaration));
    }

    /// Returns the declarations in a struct or union with this alignment. A member
    /// without a size at the end raises the first to it.
    pub(super) fn lines(&self, indent: usize, align: usize) -> String {
        let mut lines = String::new();
        for (i, (raised, declaration)) in self.members.iter().enumerate() {
            let raised = if i == 0 && self.pending > 1 { Some(align) } else { *raised };
            let raised = raised.map_or(String::new(), |align| format!("PLUGIN_ALIGN({align}) "));
            let _ = writeln!(lines, "{:indent$}{raised}{declaration};", "");
        }
        lines
    }
}
