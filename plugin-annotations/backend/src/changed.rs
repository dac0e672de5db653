//! `&mut T` as a parameter of an `async` method. The future may be dropped or
//! forgotten at any time, so no value of the caller is lent to it: the value goes in,
//! and comes back beside that of the future.
//!
//! ```text
//! Input:  async fn fill(&self, page: &mut Page) -> u32;
//! Passed: fn fill(&self, page: Page) -> BoxFuture<'_, (u32, Page)>;
//! ```
//!
//! A `T` that is plain data is passed by pointer all the same. The compiler knows
//! which it is: `TakenInFuture` is `Page` or `&mut Page`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::lifetimes;

/// A parameter that changes, in a method whose future changes it.
#[derive(Clone)]
pub(crate) struct Changed {
    /// The index of the parameter.
    index: usize,
    /// The `T` of `&mut T`.
    of: TokenStream,
    /// The type of the future's value without that of this parameter.
    value: TokenStream,
    krate: TokenStream,
}

impl Changed {
    pub(crate) fn new(
        index: usize,
        of: TokenStream,
        value: TokenStream,
        krate: TokenStream,
    ) -> Self {
        Changed { index, of, value, krate }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The `T` of `&mut T`.
    pub(crate) fn referent(&self) -> &TokenStream {
        &self.of
    }

    /// The type of the future's value without what comes back.
    pub(crate) fn value(&self) -> &TokenStream {
        &self.value
    }

    /// The constant with the lifetimes of the parameter, for its description.
    pub(crate) fn lifetimes(&self) -> TokenStream {
        let Changed { of, krate, .. } = self;
        let of = lifetimes::fixed(of);
        quote!(#krate::__private::taken_lifetimes::<#of>())
    }
}

fn taken(index: usize) -> Ident {
    format_ident!("__taken_{index}")
}

fn kept(index: usize) -> Ident {
    format_ident!("__kept_{index}")
}

/// The lints that would speak of code that is written at the place of the type.
pub(crate) fn lints(all: &[Changed]) -> Option<TokenStream> {
    let lints = || {
        quote! {
            #[allow(unused_qualifications)]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        }
    };
    (!all.is_empty()).then(lints)
}

/// The arguments of the call that passes the values.
pub(crate) fn arguments(all: &[Changed], mut arguments: Vec<TokenStream>) -> Vec<TokenStream> {
    for Changed { index, .. } in all {
        let taken = taken(*index);
        arguments[*index] = quote!(#taken);
    }
    arguments
}

/// The call of the proxy: what `call` returns, with the values put back when the future
/// is ready. With an `output`, the call returns a `Result` with a future of that type.
pub(crate) fn put_back(
    all: &[Changed],
    names: &[Ident],
    call: TokenStream,
    output: Option<&TokenStream>,
) -> TokenStream {
    let Some(Changed { krate, .. }) = all.first() else { return call };
    let takes = all.iter().map(|Changed { index, of, .. }| {
        let (name, taken, kept) = (&names[*index], taken(*index), kept(*index));
        quote!(let (#taken, #kept) = #krate::__private::take_changed::<#of>(#name);)
    });
    let returns = all.iter().rev().map(|Changed { index, of, value, .. }| {
        let kept = kept(*index);
        quote! {
            let __value = #krate::__private::put_back_changed::<#of, #value>(__value, #kept);
        }
    });
    let future = quote! {
        #krate::__private::Box::pin(async move {
            let __value = __future.await;
            #(#returns)*
            __value
        })
    };
    let call = match output {
        None => quote!({ let __future = #call; #future }),
        Some(output) => quote! {
            #krate::__private::core::result::Result::map(#call, |__future| {
                let __future: #output = #future;
                __future
            })
        },
    };
    quote!({ #(#takes)* #call })
}

/// The call of the plugin: the future of `call`, which changes the values, and returns
/// them with its own.
pub(crate) fn awaited(
    all: &[Changed],
    names: &[Ident],
    instance: &TokenStream,
    output: &TokenStream,
    call: &dyn Fn(&TokenStream, Vec<TokenStream>) -> TokenStream,
) -> TokenStream {
    let mut given: Vec<_> = names.iter().map(|name| quote!(#name)).collect();
    let Some(Changed { krate, .. }) = all.first() else { return call(instance, given) };
    for Changed { index, of, .. } in all {
        let name = &names[*index];
        given[*index] = quote!(#krate::__private::changed::<#of>(&mut #name));
    }
    let changed = all.iter().map(|Changed { index, .. }| &names[*index]);
    let with = all.iter().map(|Changed { index, of, value, .. }| {
        let name = &names[*index];
        quote!(let __value = #krate::__private::with_changed::<#of, #value>(__value, #name);)
    });
    let call = call(&quote!(__instance), given);
    quote! {{
        let __instance = #instance;
        let __future: #output = #krate::__private::Box::pin(async move {
            #(let mut #changed = #changed;)*
            let __value = #call.await;
            #(#with)*
            __value
        });
        __future
    }}
}
