//! `#[plugin_interface]`: the trait, its vtable, its proxy, its descriptor.

mod checked;
mod describe;
mod forward;
mod future;
mod host_side;
mod lent_memory;
mod local;
mod mock;
mod object;
mod printed;
mod proxy;
mod since;
mod supertraits;
mod vtable;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use crate::async_fn;
use crate::attributes;
use crate::errors::Errors;
use crate::generate::Request;
use crate::model::Interface;
use crate::parse;
use crate::syntax::{ItemTrait, Path, TraitItem};

/// Makes a trait an interface: `#[plugin_interface(args)] item`.
///
/// Mistakes become a `compile_error!` in the returned code.
pub fn run(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let interface = parse::interface(args.clone(), item.clone(), &mut errors);
    match (interface, errors.into_tokens()) {
        (Some(interface), None) => Request::call(&interface.krate, "plugin_interface", args, item),
        (_, errors) => {
            let stub = stub(item);
            quote!(#stub #errors)
        }
    }
}

/// The code of an interface, with the path of the request.
pub(crate) fn generate(request: &Request, errors: &mut Errors) -> Option<TokenStream> {
    let (args, item) = (request.args.clone(), request.item.clone());
    let mut interface = parse::interface(args, item, errors)?;
    let (krate, alias) = (&request.krate, alias(&interface.item));
    interface.krate = Path::from(alias.clone());
    let code = expand(&interface);
    Some(quote! {
        #[allow(unused_imports, non_snake_case)]
        use #krate as #alias;
        #code
    })
}

/// The trait and an empty proxy, so that only the mistake is reported and not its
/// consequences.
fn stub(item: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<ItemTrait>(item.clone()) else {
        return item;
    };
    let sends = async_fn::sends(&item);
    item.attrs = attributes::inert(&item.attrs);
    for item in &mut item.items {
        async_fn::impl_future::in_trait(item);
        if let TraitItem::Method(method) = item {
            async_fn::rewrite(method, sends);
            // A pattern would be a second error in a method without a body.
            let parameters = method.signature.parameters.iter_mut();
            for parameter in parameters.filter(|parameter| parameter.name().is_none()) {
                parameter.pattern = quote!(_);
            }
        }
    }
    let (vis, proxy) = (&item.vis, proxy_name(&item));
    quote!(#item #[doc(hidden)] #vis enum #proxy {})
}

fn expand(interface: &Interface) -> TokenStream {
    let (item, lints) = (&interface.item, &interface.lints);
    let vtable = vtable::layout(interface);
    let proxy = proxy::definition(interface);
    let proxy_impls = proxy::implementation(interface);
    let views = checked::definitions(interface);
    let view_impls = checked::views(interface);
    let shims = interface.methods.iter().map(|method| vtable::shim(interface, method));
    let vtable_for = vtable::vtable_for(interface);
    let implementation = describe::implementation(interface);
    let pointees = object::pointees(interface);
    let defaults = since::bodies(interface);
    let object = object::method(interface);
    let item = item.with(&since::calls_its_body, quote!(#defaults #object));
    let has_futures = interface.methods.iter().any(|method| method.has_future);
    let async_methods = has_futures
        .then(|| async_fn::async_methods(&interface.krate, &interface.item, interface.sends));
    let host = host_side::host(interface);
    let mocks = mock::mocks(interface);
    // The shims come first: they name each type at the place in the author's code,
    // so errors about a type point there.
    quote! {
        #item
        #(#lints)*
        // Some of it stands at a type of the author, where lints look.
        #[allow(deprecated, non_snake_case, single_use_lifetimes, unit_bindings)]
        #[allow(unused_qualifications)]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        const _: () = {
            #(#shims)*
            #vtable_for
            #implementation
            #pointees
            #async_methods
            #proxy_impls
            #view_impls
        };
        #vtable
        #proxy
        #views
        #host
        #mocks
    }
}

/// The name of `plugin-interface` in the code. `$crate` would be a place of its own
/// in each error.
fn alias(item: &ItemTrait) -> Ident {
    format_ident!("__plugin_interface_of_{}", item.ident.unraw())
}

/// The attribute of what no message about another type names: an interface that its
/// author hides.
fn unnamed(item: &ItemTrait) -> Option<TokenStream> {
    let is_hidden = item.attrs.iter().any(|attribute| {
        attribute.is("doc") && attribute.arguments().is_some_and(|it| it.to_string() == "hidden")
    });
    is_hidden.then(|| quote!(#[diagnostic::do_not_recommend]))
}

fn vtable_name(item: &ItemTrait) -> Ident {
    format_ident!("{}VTable", item.ident.unraw())
}

fn proxy_name(item: &ItemTrait) -> Ident {
    format_ident!("{}Proxy", item.ident.unraw())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::expand;
    use crate::errors::Errors;
    use crate::parse;

    /// The code of an interface with a later method, without spaces.
    fn expanded() -> String {
        let item = quote! {
            /// Takes text.
            pub trait Output {
                fn put(&self, text: &str);
                /// Empties it.
                #[since("1.1")]
                fn flush(&self) {}
            }
        };
        let mut errors = Errors::default();
        let interface = parse::interface(quote!(version = "1.1"), item, &mut errors);
        expand(&interface.expect("an interface")).to_string().replace(' ', "")
    }

    #[test]
    fn only_the_trait_and_its_proxy_are_in_the_documentation() {
        let code = expanded();
        for hidden in ["structOutputVTable", "typeOutputRegistration", "structOutputChecked<"] {
            let (before, _) = code.split_once(&format!("pub{hidden}")).expect(hidden);
            let (_, last) = before.rsplit_once("#[doc=").expect(hidden);
            assert!(last.contains("#[doc(hidden)]"), "{hidden} after {last}");
        }
        let (before, _) = code.split_once("pubstructOutputProxy").expect("a proxy");
        let (_, last) = before.rsplit_once("#[doc=").expect("its documentation");
        assert!(!last.contains("hidden"), "{last}");
    }

    #[test]
    fn a_later_method_says_since_when_and_a_name_has_its_article() {
        let code = expanded();
        let (_, after) = code.split_once("Emptiesit.").expect("its documentation");
        assert!(after.contains("Sinceversion1.1."), "{after}");
        assert!(code.find("Sinceversion1.1.") < code.find("fnflush"), "before the method");
        assert!(code.contains("Themethodsofan[`OutputProxy`]"), "{code}");
    }
}
