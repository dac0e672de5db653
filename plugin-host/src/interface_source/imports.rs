//! The `use` lines of a file that is written.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit_mut::{self, VisitMut};
use syn::{Path, Type};

use super::names::{FullPath, names_of, replace};
use super::read::Sources;

/// Names that keep their usual meaning.
const USUAL: [&str; 14] = [
    "Box", "Default", "Drop", "Err", "Fn", "FnMut", "Iterator", "None", "Ok", "Option", "Result",
    "Some", "String", "Vec",
];

/// The names that a file brings in.
pub(super) struct Imports<'s> {
    sources: &'s Sources,
    /// Full public paths, by the name in the file.
    names: BTreeMap<String, FullPath>,
    /// The other crates that were named.
    pub(super) crates: BTreeSet<String>,
    /// An item that other crates cannot name.
    pub(super) private: Option<String>,
}

impl<'s> Imports<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Imports { sources, names: BTreeMap::new(), crates: BTreeSet::new(), private: None }
    }

    /// Keeps a name for an item of the file itself.
    pub(super) fn reserve(&mut self, name: &str) {
        self.names.insert(name.to_owned(), Vec::new());
    }

    /// Returns `true` if the file has another use for a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name) || USUAL.contains(&name)
    }

    /// Returns the short name of a full path, or the path if its name is taken.
    pub(super) fn name(&mut self, path: &[String]) -> String {
        let public = self.public(path);
        if let [first, ..] = &public[..]
            && public.len() > 1
            && !["std", "core", "alloc"].contains(&first.as_str())
            && *first != self.sources.name
        {
            self.crates.insert(first.clone());
        }
        let Some(last) = public.last() else { return String::new() };
        if public.len() == 1 {
            return last.clone();
        }
        match self.names.get(last) {
            Some(taken) if *taken == public => last.clone(),
            None if !USUAL.contains(&last.as_str()) => {
                self.names.insert(last.clone(), public.clone());
                last.clone()
            }
            _ => public.join("::"),
        }
    }

    fn public(&mut self, path: &[String]) -> FullPath {
        let Some((_, module)) = self.sources.find(path) else { return path.to_vec() };
        let name = path.last().map(String::as_str).unwrap_or_default();
        match self.sources.public_path(module, name) {
            Some(public) => [vec![self.sources.name.clone()], public].concat(),
            None => {
                self.private = Some(path.join("::"));
                path.to_vec()
            }
        }
    }

    /// Writes short names in place of full paths.
    pub(super) fn shorten(&mut self, ty: &mut Type) {
        struct Shorten<'a, 's>(&'a mut Imports<'s>);
        impl VisitMut for Shorten<'_, '_> {
            fn visit_path_mut(&mut self, path: &mut Path) {
                visit_mut::visit_path_mut(self, path);
                if path.segments.len() > 1 {
                    let name = self.0.name(&names_of(path));
                    replace(path, &[name]);
                }
            }
        }
        Shorten(self).visit_type_mut(ty);
    }

    /// Returns the lines, sorted: those of the standard library, of other crates,
    /// and of the crate of the interface.
    pub(super) fn lines(&self) -> String {
        let mut groups: [BTreeMap<String, Vec<&str>>; 2] = Default::default();
        for (name, path) in self.names.iter().filter(|(_, path)| !path.is_empty()) {
            let is_std = ["std", "core", "alloc"].contains(&path[0].as_str());
            let group = &mut groups[usize::from(!is_std)];
            group.entry(path[..path.len() - 1].join("::")).or_default().push(name);
        }
        let mut text = String::new();
        for group in groups.iter().filter(|group| !group.is_empty()) {
            for (path, names) in group {
                text += &match &names[..] {
                    [name] => format!("use {path}::{name};\n"),
                    names => format!("use {path}::{{{}}};\n", names.join(", ")),
                };
            }
            text.push('\n');
        }
        text
    }
}
