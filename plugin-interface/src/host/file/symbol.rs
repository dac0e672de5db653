//! The name of a function or a variable, by its place in a library's file.

use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;

use object::{Object, ObjectSymbol, SymbolKind};

use crate::host::file::paged::PagedFile;

/// A function or a thread-local variable of a library that is mapped.
#[derive(Debug)]
pub(crate) struct Symbol {
    path: PathBuf,
    kind: SymbolKind,
    /// The address as the file has it.
    address: u64,
    /// Looked up once, when somebody asks.
    name: OnceLock<Option<String>>,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, self.address) == (&other.path, other.address)
    }
}

impl Eq for Symbol {}

#[cfg_attr(
    not(all(target_os = "linux", target_env = "gnu")),
    allow(dead_code, reason = "unused on platforms where nothing is counted")
)]
impl Symbol {
    /// Takes the place of a function, or of any address in its code.
    pub(crate) fn function((path, address): (PathBuf, u64)) -> Self {
        Symbol { path, kind: SymbolKind::Text, address, name: OnceLock::new() }
    }

    /// Takes the place of a thread-local in the block of the library.
    pub(crate) fn thread_local((path, address): (PathBuf, u64)) -> Self {
        Symbol { path, kind: SymbolKind::Tls, address, name: OnceLock::new() }
    }

    /// Returns its name as its author wrote it; `None` in a library that was
    /// stripped.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.get_or_init(|| self.find()).as_deref()
    }

    fn find(&self) -> Option<String> {
        let file = File::open(&self.path).ok()?;
        let len = file.metadata().ok()?.len();
        let pages = PagedFile::new(file, len);
        let library = object::File::parse(&pages).ok()?;
        let is_it = |symbol: &object::Symbol<'_, '_, _>| {
            let end = symbol.address().saturating_add(symbol.size());
            symbol.kind() == self.kind && (symbol.address()..end).contains(&self.address)
        };
        let found = library.symbols().find(is_it)?;
        Some(written(found.name().ok()?))
    }
}

/// Returns a name without what compilers add: `thread_local!` hides a variable
/// in a constant.
fn written(mangled: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    match name.find("::{").filter(|_| name.contains("_VAL") || name.ends_with("::VAL")) {
        Some(end) => name[..end].to_owned(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_they_were_written() {
        let of_thread_local = "_ZN7threads5FIRST29_$u7b$$u7b$constant$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$23__RUST_STD_INTERNAL_VAL17h90e0215a12a0ebc0E";
        assert_eq!(written(of_thread_local), "threads::FIRST");
        assert_eq!(written("_ZN5rayon4join17h90e0215a12a0ebc0E"), "rayon::join");
        assert_eq!(written("on_tick"), "on_tick");
    }
}
