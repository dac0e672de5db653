//! The body of an `async` method, as that of one that returns a future.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::signature::{outer, value};
use crate::syntax::Signature;

/// ```text
/// Input:  async fn get(&self, mut key: Key, (a, b): (u8, u8)) -> u32 { body }
/// Output: Box::pin(async move {
///             let mut key = key;
///             let (a, b) = __argument_1;
///             let __value: u32 = { body };
///             __value
///         })
/// ```
///
/// All arguments are in the future, as in that of an `async fn`, even if the body
/// does not use them.
///
/// If `within` is given, the future is passed through that function.
pub(crate) fn rewritten(written: &Signature, block: &Group, within: Option<TokenStream>) -> Group {
    let parameters = written.parameters.iter().enumerate();
    let arguments = parameters.map(|(i, parameter)| {
        let (outer, pattern) = (outer(i, parameter), &parameter.pattern);
        let cfgs = parameter.attrs.iter().filter(|attribute| attribute.is("cfg"));
        match parameter.is_nameless() {
            // `let _ = x` would not move it.
            true => quote!(#(#cfgs)* let #outer = #outer;),
            false => quote!(#(#cfgs)* let #pattern = #outer;),
        }
    });
    let (value, asyncness) = (value(written), &written.asyncness);
    let is_unit = written.output.is_none();
    // A `return` in the body has to know the type as well.
    let hint = (!is_unit).then(|| {
        quote! {
            if let ::core::option::Option::Some(__value) = ::core::option::Option::None::<#value> {
                #[allow(unreachable_code)]
                return __value;
            }
        }
    });
    let block = TokenTree::from(block.clone());
    let future = quote! {
        #asyncness move {
            #hint
            #(#arguments)*
            let __value: #value = #block;
            #[allow(unreachable_code)]
            __value
        }
    };
    let future = within.map_or_else(|| future.clone(), |within| quote!(#within(#future)));
    let code = quote!(::std::boxed::Box::pin(#future));
    braced(code, &block)
}

fn braced(code: TokenStream, at: &TokenTree) -> Group {
    let mut group = Group::new(Delimiter::Brace, code);
    group.set_span(at.span());
    group
}
