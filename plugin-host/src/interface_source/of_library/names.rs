//! The paths of the types that metadata has by their last names.

use std::collections::BTreeSet;

use plugin_interface::metadata::layout::standard_module;
use syn::visit_mut::{self, VisitMut};
use syn::{Item, Path, Signature};

/// Returns a text of a record with `r#` where a name is a keyword of Rust.
pub(super) fn with_raw_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        let (before, from) = rest.split_at(begin);
        let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
        let end = from.find(|c| !is_of_name(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out += before;
        let is_named = after.starts_with(": ") || out.ends_with("fn ") && after.starts_with('(');
        let is_raw = out.ends_with("r#") || word == "self";
        if is_named && !is_raw && syn::parse_str::<syn::Ident>(word).is_err() {
            out += "r#";
        }
        out += word;
        rest = after;
    }
    out + rest
}

/// The names of a file.
pub(super) struct Names<'a> {
    /// The names of the traits and types of the file.
    own: BTreeSet<&'a str>,
    imports: BTreeSet<String>,
    crates: BTreeSet<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(own: BTreeSet<&'a str>) -> Self {
        Names { own, imports: BTreeSet::new(), crates: BTreeSet::new() }
    }

    pub(super) fn qualify_signature(&mut self, signature: &mut Signature) {
        self.visit_signature_mut(signature);
    }

    pub(super) fn qualify_item(&mut self, item: &mut Item) {
        self.visit_item_mut(item);
    }

    /// Returns the lines of `use`, and the other crates.
    pub(super) fn finish(self) -> (String, BTreeSet<String>) {
        let mut imports = self.imports;
        imports.insert("use plugin_interface::plugin_interface;".to_owned());
        let lines: Vec<_> = imports.into_iter().collect();
        (lines.join("\n") + "\n", self.crates)
    }
}

impl VisitMut for Names<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments[0].ident.to_string();
        if path.segments.len() > 1 {
            // Such as `io::Error`.
            let is_std = ["io", "fmt", "process", "time"].contains(&first.as_str());
            if is_std {
                path.segments.insert(0, syn::parse_quote!(std));
            } else if !["std", "core", "alloc", "plugin_interface"].contains(&first.as_str()) {
                self.crates.insert(first);
            }
            return;
        }
        let Some(module) = standard_module(&first) else { return };
        if !self.own.contains(&*first) {
            self.imports.insert(format!("use {module}::{first};"));
        }
    }

    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
}

#[cfg(test)]
mod tests {
    use super::with_raw_names;

    #[test]
    fn names_that_are_keywords_are_raw() {
        for (recorded, written) in [
            ("struct A { type: u8, r#fn: io::Error }", "struct A { r#type: u8, r#fn: io::Error }"),
            ("fn match(&self, in: u8, a: B) -> &str", "fn r#match(&self, r#in: u8, a: B) -> &str"),
            ("fn a(&self, f: Box<dyn Fn() -> C>)", "fn a(&self, f: Box<dyn Fn() -> C>)"),
            ("fn a(self: Box<Self>, in: B)", "fn a(self: Box<Self>, r#in: B)"),
        ] {
            assert_eq!(with_raw_names(recorded), written);
        }
    }
}
