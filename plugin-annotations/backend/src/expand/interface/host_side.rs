//! The functions for hosts: load and unload raw registrations.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::model::Interface;

/// The items for hosts, behind the macro that is empty in plugins.
pub(super) fn host(Interface { krate, item, lints, .. }: &Interface) -> TokenStream {
    let (vis, name) = (ours(&item.vis), &item.ident);
    let snake = snake_case(&item.ident.unraw().to_string());
    let (load, unload) = (format_ident!("load_{snake}_from_lib"), format_ident!("unload_{snake}"));
    let load_doc = format!(
        "Loads one library and creates all its registrations of [`{name}`], raw.\n\n\
         The library is checked and copied like by `PluginManager`, which most hosts should use. \
         Pass both values to [`{unload}`].\n\n\
         # Errors\n\n\
         If the library cannot be loaded, or is no plugin for this interface."
    );
    let unload_doc = format!(
        "Destroys the registrations and closes the library.\n\n\
         # Errors\n\n\
         If the library cannot be closed. A panic in the drop of an instance is reported by the \
         host's panic hook.\n\n\
         # Safety\n\n\
         1. Both values came from one call of [`{load}`], and are not used again.\n\
         2. Nothing of the library is in use: no registration, and no borrow from one."
    );
    quote! {
        #krate::__host_only! {
            #[doc = #load_doc]
            #[doc(hidden)]
            #(#lints)*
            #[allow(dead_code, deprecated)]
            #vis fn #load(__path: &::std::path::Path) -> #krate::__private::core::result::Result<
                (#krate::libloading::Library, *const #krate::RegistrationArray),
                #krate::LoadError,
            > {
                #krate::__private::load_from_lib::<dyn #name>(__path)
            }

            #[doc = #unload_doc]
            #[doc(hidden)]
            #(#lints)*
            #[allow(dead_code, deprecated)]
            #vis unsafe fn #unload(
                __library: #krate::libloading::Library,
                __registrations: *const #krate::RegistrationArray,
            ) -> #krate::__private::core::result::Result<(), #krate::UnloadError> {
                // SAFETY: the same contract.
                unsafe { #krate::__private::unload::<dyn #name>(__library, __registrations) }
            }
        }
    }
}

/// The visibility as a token of this macro. An `unsafe fn` that begins with the
/// user's own token would count as user code. If the token comes from a
/// `macro_rules!` in a crate that forbids unsafe code, the compiler rejects it.
fn ours(vis: &TokenStream) -> TokenStream {
    let respan = |mut token: TokenTree| {
        token.set_span(Span::call_site());
        token
    };
    vis.clone().into_iter().map(respan).collect()
}

/// `TextTools` becomes `text_tools`, `HTTPServer` becomes `http_server`.
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let after_lower = i > 0 && !chars[i - 1].is_uppercase();
        let before_lower = chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && i > 0 && chars[i - 1] != '_' && (after_lower || before_lower) {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::expand::interface::host_side::snake_case;

    #[test]
    fn names_of_traits_become_names_of_functions() {
        for (name, expected) in [
            ("Greeter", "greeter"),
            ("TextTools", "text_tools"),
            ("HTTPServer", "http_server"),
            ("Vec2D", "vec2_d"),
            ("Snake_Case", "snake_case"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }
}
