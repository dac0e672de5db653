//! Methods that return `impl Future`, read as `async` ones.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::syntax::{Signature, TraitItem, TraitMethod, divide, flat};

/// ```text
/// Input:  fn get(&self) -> impl Future<Output = u32> + Send { body }
/// Output: async fn get(&self) -> u32 { (move || body)().await }
/// ```
///
/// So the body runs when the future is polled, as that of an `async fn` does.
pub(crate) fn in_trait(item: &mut TraitItem) {
    let TraitItem::Method(method) = item else { return };
    if let Some(signature) = as_async(&method.signature) {
        if let Some(block) = method.body_group() {
            let block = awaited(block);
            TraitMethod::replace_body(method, block);
        }
        method.signature = signature;
    }
}

/// The `async` signature of a method that returns `impl Future`. With `where Self:
/// Sized` it is in no `dyn`, and stays as it is.
pub(crate) fn as_async(written: &Signature) -> Option<Signature> {
    let (_, output) = written.output.as_ref()?;
    let mut tokens = flat(output.to_token_stream()).into_iter();
    let place = match tokens.next()? {
        TokenTree::Ident(ident) if ident == "impl" => ident.span(),
        _ => return None,
    };
    if written.asyncness.is_some() || written.receiver.is_none() || written.is_sized() {
        return None;
    }
    let value = divide(tokens.collect(), '+').into_iter().find_map(value_of)?;
    let mut signature = written.clone();
    signature.asyncness = Some(Ident::new("async", place));
    signature.returns(value);
    Some(signature)
}

/// The `T` of a bound `Future<Output = T>`.
fn value_of(bound: TokenStream) -> Option<TokenStream> {
    let tokens: Vec<_> = flat(bound).into_iter().collect();
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let at = tokens.iter().position(|token| is(token, "Future"))?;
    match &tokens[at + 1..] {
        [open, output, equals, value @ .., close]
            if is(open, "<") && is(output, "Output") && is(equals, "=") && is(close, ">") =>
        {
            Some(value.iter().cloned().collect())
        }
        _ => None,
    }
}

/// The body of the `async` method. A `return` in it returns its future.
pub(crate) fn awaited(block: &Group) -> Group {
    let block = TokenTree::from(block.clone());
    let mut body = Group::new(Delimiter::Brace, quote!((move || #block)().await));
    body.set_span(block.span());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(signature: TokenStream) -> Option<String> {
        let signature = as_async(&syn::parse2(signature).unwrap())?;
        Some(quote!(#signature).to_string().replace(' ', ""))
    }

    #[test]
    fn a_method_that_returns_a_future_is_async() {
        for (written, expected) in [
            (quote!(fn a(&self) -> impl Future<Output = u32>), "asyncfna(&self,)->u32"),
            (
                quote!(fn a(&self, b: &str) -> impl Send + std::future::Future<Output = Result<(), Vec<u8>>> + '_),
                "asyncfna(&self,b:&str,)->Result<(),Vec<u8>>",
            ),
        ] {
            assert_eq!(read(written).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_methods_stay() {
        for written in [
            quote!(fn a(&self) -> impl Iterator<Item = u32>),
            quote!(fn a(&self) -> impl Future<Output = u32> where Self: Sized),
            quote!(fn a() -> impl Future<Output = u32>),
            quote!(async fn a(&self) -> impl Future<Output = u32>),
            quote!(fn a(&self) -> BoxFuture<'_, u32>),
            quote!(fn a(&self)),
        ] {
            assert_eq!(read(written), None);
        }
    }
}
