//! The identity of a type or a trait: its path, and the place of its definition.

use std::sync::atomic::{AtomicUsize, Ordering};

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::errors::Errors;
use crate::syntax::Path;

/// ```text
/// Output: const __PATH: &'static str = concat!(module_path!(), "::", "Tree");
/// ```
///
/// `path = ".."` replaces the path of the module.
pub fn path(krate: &Path, name: &str, written: Option<&str>) -> TokenStream {
    let core = quote!(#krate::__private::core);
    let value = match written {
        Some(path) => quote!(#path),
        None => quote!(#core::concat!(#core::module_path!(), "::", #name)),
    };
    quote!(const __PATH: &'static #core::primitive::str = #value;)
}

/// The place of the definition, which tells two of one path apart.
pub fn source(krate: &Path) -> TokenStream {
    // A `macro_rules!` may define several types in one place of one file.
    static RUNS: AtomicUsize = AtomicUsize::new(1);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    quote! {
        #krate::__private::Source {
            file: #krate::__private::core::file!(),
            run: #run,
            version: #krate::__private::core::option_env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Returns the path in quotes, if it is one of at least a crate and a name. With
/// `name`, it must end with it.
pub fn check(written: Option<&LitStr>, name: Option<&str>, errors: &mut Errors) -> Option<String> {
    let literal = written?;
    let path = literal.value();
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(name).is_ok();
    let names: Vec<_> = path.split("::").collect();
    if names.len() < 2 || !names.iter().copied().all(is_name) {
        errors
            .at(literal, "expected the former path in quotes, such as \"my_crate::module::Name\"");
    } else if let Some(name) = name.filter(|name| names.last() != Some(name)) {
        let message = format!(
            "the path must end with `{name}`: a host looks for symbols by the name of the trait"
        );
        errors.at(literal, &message);
    }
    Some(path)
}
