//! `async fn` in traits and impls. A `dyn Trait` cannot have one, so it becomes a
//! method that returns a boxed future, as the crate `async-trait` writes it:
//!
//! ```text
//! async fn get(&self, key: &str) -> u32;
//!
//! fn get<'life0, 'life1, 'async_trait>(&'life0 self, key: &'life1 str)
//!     -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
//! where
//!     'life0: 'async_trait,
//!     'life1: 'async_trait,
//!     Self: 'async_trait;
//! ```
//!
//! A method that returns `impl Future` is read as an `async fn` (`impl_future`).
//!
//! The order of the lifetimes is that of `async-trait`, so that an impl under its
//! attribute fits. The future is `Send` exactly if the borrow of `self` in it is:
//! for `&self` if the trait is `Sync`, for `&mut self` if it is `Send`.

pub(crate) mod body;
pub(crate) mod exclusive;
pub(crate) mod impl_future;
pub(crate) mod item;
pub(crate) mod lifetimes;
pub(crate) mod signature;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::attributes;
use crate::model::{Receiver, Sends};
use crate::spans::{located, place_of};
use crate::syntax::{Attribute, ItemTrait, Path, Signature, TraitItem, TraitMethod};

/// What the supertraits of a trait say, or `#[async_trait]` on it.
pub(crate) fn sends(item: &ItemTrait) -> Sends {
    if let Some(is_send) = attributes::async_trait(&item.attrs).or_else(|| rewritten(item)) {
        return Sends { shared: is_send, exclusive: is_send };
    }
    let has = |name: &str| {
        let mut paths = item.supertraits.iter().filter_map(|bound| Path::of(bound.clone()));
        paths.any(|path| path.last().is_some_and(|last| last == name))
    };
    Sends { shared: has("Sync"), exclusive: has("Send") }
}

/// The choice of an `#[async_trait]` above, if it has rewritten a method.
fn rewritten(item: &ItemTrait) -> Option<bool> {
    item.items.iter().find_map(|item| match item {
        TraitItem::Method(method) if method.signature.is_rewritten() => {
            let (_, output) = method.signature.output.as_ref()?;
            Some(output.to_token_stream().to_string().split_whitespace().any(|word| word == "Send"))
        }
        _ => None,
    })
}

/// `Pin<Box<dyn Future<Output = T> + Send + 'a>>`.
pub(crate) fn future(value: &TokenStream, is_send: bool, lifetime: &TokenStream) -> TokenStream {
    let send = is_send.then(|| quote!(+ ::core::marker::Send));
    let before = quote! {
        ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output =
    };
    // The type of the value is the part that may be wrong.
    let [before, behind] = [before, quote!(> #send)].map(|part| located(part, place_of(value)));
    quote!(#before #value #behind + #lifetime>>)
}

/// Rewrites an `async` method of a trait. Returns `false` if it is another one.
pub(crate) fn rewrite(method: &mut TraitMethod, sends: Sends) -> bool {
    let Some(receiver) = to_rewrite(&method.signature) else { return false };
    let written = method.signature.clone();
    let output = |value: &TokenStream, lifetime: &TokenStream| {
        future(value, sends.of_receiver(receiver), lifetime)
    };
    method.signature = signature::rewritten(&written, &output);
    if let Some(block) = method.body_group() {
        method.replace_body(body::rewritten(&written, block, None));
    }
    method.attrs.extend(lints());
    true
}

/// The receiver of a method that must be rewritten. With `where Self: Sized` it is
/// in no `dyn`, and stays as it is.
fn to_rewrite(signature: &Signature) -> Option<Receiver> {
    let is_async = signature.asyncness.is_some() && !signature.is_sized();
    signature.receiver.as_ref().filter(|_| is_async).and_then(Receiver::of)
}

/// Those lints that would speak of the rewritten code.
fn lints() -> [Attribute; 1] {
    [Attribute::outer(quote!(allow(
        clippy::async_yields_async,
        clippy::diverging_sub_expression,
        clippy::let_unit_value,
        clippy::no_effect_underscore_binding,
        clippy::redundant_closure_call,
        clippy::shadow_same,
        clippy::type_complexity,
        clippy::type_repetition_in_bounds,
        clippy::used_underscore_binding
    )))]
}

/// The impl by which an impl of the trait names the type of its futures.
///
/// ```text
/// Output: impl<'b> AsyncMethods for dyn Tool + 'b { type Shared<'a, T> = Pin<Box<..>>; .. }
/// ```
pub(crate) fn async_methods(krate: &Path, item: &ItemTrait, sends: Sends) -> TokenStream {
    let (name, value, lifetime) = (&item.ident, quote!(__T), quote!('__a));
    let shared = future(&value, sends.shared, &lifetime);
    let exclusive = future(&value, sends.exclusive, &lifetime);
    quote! {
        #[allow(deprecated)]
        impl<'__b> #krate::__private::AsyncMethods for dyn #name + '__b {
            type Shared<'__a, __T> = #shared;
            type Exclusive<'__a, __T> = #exclusive;
        }
    }
}
