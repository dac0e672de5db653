//! The names in a type, and what they are used for.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Path, Type};

/// The last names of all types.
#[derive(Default)]
pub(super) struct NamesIn(pub(super) BTreeSet<String>);

impl Visit<'_> for NamesIn {
    fn visit_path(&mut self, path: &Path) {
        if let [only] = &*path.segments.iter().collect::<Vec<_>>() {
            self.0.insert(only.ident.to_string());
        }
        visit::visit_path(self, path);
    }
}

/// The names of the types behind references.
pub(super) struct Behind<'n>(pub(super) &'n mut NamesIn);

impl Visit<'_> for Behind<'_> {
    fn visit_type_reference(&mut self, reference: &syn::TypeReference) {
        self.0.visit_type(&reference.elem);
    }
}

/// What references lead to, and keys.
#[derive(Default)]
pub(super) struct Found {
    pub(super) plain: BTreeSet<String>,
    pub(super) keys: BTreeSet<String>,
}

impl Visit<'_> for Found {
    fn visit_type_reference(&mut self, reference: &syn::TypeReference) {
        let mut to = &*reference.elem;
        while let Type::Slice(syn::TypeSlice { elem, .. })
        | Type::Array(syn::TypeArray { elem, .. }) = to
        {
            to = elem;
        }
        // `&Box<T>` and `&Vec<T>` are copies.
        if let Type::Path(path) = to
            && path.path.segments.len() == 1
        {
            self.plain.insert(path.path.segments[0].ident.to_string());
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
        let is_keyed = ["HashMap", "HashSet", "BTreeMap", "BTreeSet"]
            .contains(&segment.ident.to_string().as_str());
        if is_keyed
            && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
            && let Some(syn::GenericArgument::Type(key)) = arguments.args.first()
        {
            let mut found = NamesIn::default();
            found.visit_type(key);
            self.keys.extend(found.0);
        }
        visit::visit_path_segment(self, segment);
    }
}
