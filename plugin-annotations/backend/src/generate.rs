//! The way from an attribute to its code, by `plugin_interface::__generate!`.
//!
//! The generated code has unsafe blocks around functions of `plugin-interface`. But
//! the author names the path of that crate, and could name a module of his own with
//! other functions. So an attribute only checks its item. Then it calls the macro
//! `__generate!` of that path, which calls `generate!` with `unsafe` and `$crate`:
//!
//! ```text
//! #[plugin_impl(Tool, crate = path)] impl ..
//! path::__generate! { unsafely plugin_impl { Tool, crate = path } { impl .. } }
//! generate! { unsafe $crate unsafely plugin_impl { Tool, crate = path } { impl .. } }
//! ```
//!
//! Whoever replaces `__generate!` has to write `unsafe` himself. Whoever calls it
//! himself, perhaps with another item than the real one, has to write `unsafely`.
//! The generated code has an unsafe block at each of these two words, so that
//! `forbid(unsafe_code)` sees them. It does not see those that the macros wrote.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};

use crate::attributes;
use crate::errors::Errors;
use crate::expand;
use crate::syntax::{Path, keyword};

/// `unsafe $crate unsafely kind { args } { item }`
pub struct Request {
    /// The places of the two words.
    words: [Span; 2],
    /// `plugin-interface`.
    pub krate: Path,
    /// The macro that asks.
    pub kind: Ident,
    pub args: TokenStream,
    pub item: TokenStream,
}

impl Request {
    /// The call of `__generate!`, which exists if the item does.
    pub fn call(krate: &Path, kind: &str, args: TokenStream, item: TokenStream) -> TokenStream {
        let kind = format_ident!("{kind}");
        let (attributes, item) = attributes::divided(item);
        let (cfgs, others) = (attributes::cfgs(&attributes), attributes::without_cfgs(&attributes));
        quote! {
            #(#cfgs)*
            #krate::__generate! { unsafely #kind { #args } { #(#others)* #item } }
        }
    }

    /// Reads the input of `generate!`, or returns the error as code.
    pub fn read(input: TokenStream) -> Result<Request, TokenStream> {
        syn::parse2(input).map_err(syn::Error::into_compile_error)
    }

    /// An unsafe block at each of the two words.
    pub fn proof(&self) -> TokenStream {
        let blocks = self.words.iter().map(|&word| {
            let mut block = Group::new(Delimiter::Brace, TokenStream::new());
            block.set_span(word);
            let unsafety = Ident::new("unsafe", word);
            quote!(#[allow(unused_unsafe)] const _: () = #unsafety #block;)
        });
        quote!(#(#blocks)*)
    }
}

impl Parse for Request {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let unsafety = word(input, "unsafe")?;
        let krate = input.call(Path::parse_mod_style)?;
        let words = [unsafety, word(input, "unsafely")?];
        let kind = input.call(Ident::parse_any)?;
        Ok(Request { words, krate, kind, args: braced(input)?, item: braced(input)? })
    }
}

/// The code of a request: `generate!` of everything but the derive.
///
/// Its item was checked by the attribute that asked.
pub fn generate(request: &Request) -> TokenStream {
    let mut errors = Errors::default();
    let generated = match request.kind.to_string().as_str() {
        "plugin_interface" => expand::interface::generate(request, &mut errors),
        "plugin_impl" => expand::registration::generate(request, &mut errors),
        _ => expand::aggregates::generate(request, &mut errors),
    };
    let (proof, errors) = (request.proof(), errors.into_tokens());
    quote!(#generated #errors #proof)
}

fn word(input: ParseStream<'_>, expected: &str) -> syn::Result<Span> {
    let word = keyword(input, expected);
    word.map(|word| word.span()).ok_or_else(|| input.error(format!("expected `{expected}`")))
}

fn braced(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    match input.parse()? {
        TokenTree::Group(group) => Ok(group.stream()),
        other => Err(syn::Error::new(other.span(), "expected braces")),
    }
}
