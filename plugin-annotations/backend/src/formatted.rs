//! `&mut fmt::Formatter` as a parameter: the text that the method writes is passed
//! back. Only the standard library creates a formatter, for a call of `fmt`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::spans::place_of;
use crate::syntax::{Path, Signature, Type};

/// The index of the one parameter that is a formatter, of a method that returns a
/// `fmt::Result`.
pub(crate) fn index(signature: &Signature) -> Option<usize> {
    let (_, output) = signature.output.as_ref()?;
    let text = |ty: &Type| ty.to_token_stream().to_string().replace(' ', "");
    let returned = text(output);
    let results = ["fmt::Result", "std::fmt::Result", "core::fmt::Result"];
    let is_result = results.contains(&returned.trim_start_matches("::"))
        || ["Result<(),fmt::Error>", "Result<(),std::fmt::Error>"].contains(&&*returned);
    let is_formatter = |ty: &Type| {
        let text = text(ty);
        let Some(name) = text.strip_prefix("&mut") else { return false };
        let name = name.strip_suffix("<'_>").unwrap_or(name).trim_start_matches("::");
        let names = ["fmt::Formatter", "std::fmt::Formatter", "core::fmt::Formatter"];
        names.contains(&name) || text == "&mutFormatter<'_>"
    };
    let is_it = |parameter: &crate::syntax::Parameter| {
        parameter.ffi.is_empty() && is_formatter(&parameter.ty)
    };
    let mut found = signature.parameters.iter().enumerate().filter(|(_, p)| is_it(p));
    match (found.next(), found.next()) {
        (Some((index, _)), None) if is_result && signature.asyncness.is_none() => Some(index),
        _ => None,
    }
}

/// The parameter in its place: `true` for `{:#}`.
pub(crate) fn parameter() -> (String, Type) {
    ("alternate".to_owned(), quote!(::core::primitive::bool).into())
}

/// The return value in its place: the text.
pub(crate) fn output(written: &Type) -> Type {
    let place = place_of(written);
    quote_spanned! {place=>
        ::core::result::Result<::std::string::String, ::core::fmt::Error>
    }
    .into()
}

/// The arguments of the call that passes the text back: a formatter is used again.
pub(crate) fn arguments(index: Option<usize>, arguments: &[Ident]) -> Vec<TokenStream> {
    let argument = |(i, argument): (usize, &Ident)| match Some(i) == index {
        true => quote!(&mut *#argument),
        false => quote!(#argument),
    };
    arguments.iter().enumerate().map(argument).collect()
}

/// Writes the text that a call returned.
pub(crate) fn written(
    krate: &Path,
    index: Option<usize>,
    arguments: &[Ident],
    value: TokenStream,
) -> TokenStream {
    match index.map(|index| &arguments[index]) {
        Some(formatter) => quote!({
            let __written = #value;
            #krate::__private::write_text(#formatter, __written)
        }),
        None => value,
    }
}
