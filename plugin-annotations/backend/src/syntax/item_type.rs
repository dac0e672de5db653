//! Structs, enums and unions: what a derive is put on.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{braced, parenthesized, token};

use super::attribute::{Attribute, visibility};
use super::generics::Generics;
use super::scan::{Ends, expect, punct, until};
use super::ty::Type;

/// A struct, an enum or a union.
pub struct ItemType {
    pub attrs: Vec<Attribute>,
    pub ident: Ident,
    pub generics: Generics,
    pub data: Data,
}

pub enum Data {
    Struct(Fields),
    Enum(Vec<Variant>),
    /// The keyword.
    Union(Ident),
}

pub struct Variant {
    pub attrs: Vec<Attribute>,
    pub ident: Ident,
    pub fields: Fields,
    /// The tokens behind the `=`.
    pub discriminant: TokenStream,
}

pub enum Fields {
    Unit,
    Tuple(Vec<Field>),
    Named(Vec<Field>),
}

pub struct Field {
    pub attrs: Vec<Attribute>,
    /// `None` in a tuple.
    pub ident: Option<Ident>,
    pub ty: Type,
}

impl Parse for ItemType {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = Attribute::parse_outer(input)?;
        visibility(input)?;
        let keyword = input.call(Ident::parse_any)?;
        let ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        generics.parse_where(input)?;
        let data = match keyword.to_string().as_str() {
            "struct" => Data::Struct(Fields::parse(input)?),
            "enum" => {
                let content;
                braced!(content in input);
                Data::Enum(list(&content, Variant::parse)?)
            }
            _ => Data::Union(keyword),
        };
        // Behind the fields of a tuple struct.
        generics.parse_where(input)?;
        input.parse::<TokenStream>()?;
        Ok(ItemType { attrs, ident, generics, data })
    }
}

impl Variant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Variant> {
        let attrs = Attribute::parse_outer(input)?;
        visibility(input)?;
        let (ident, fields) = (input.parse()?, Fields::parse(input)?);
        let discriminant = match punct(input, "=") {
            Some(_) => until(input, Ends::CommaBehindValue)?,
            None => TokenStream::new(),
        };
        Ok(Variant { attrs, ident, fields, discriminant })
    }
}

impl Fields {
    fn parse(input: ParseStream<'_>) -> syn::Result<Fields> {
        let content;
        Ok(if input.peek(token::Brace) {
            braced!(content in input);
            Fields::Named(list(&content, |input| Field::parse(input, true))?)
        } else if input.peek(token::Paren) {
            parenthesized!(content in input);
            Fields::Tuple(list(&content, |input| Field::parse(input, false))?)
        } else {
            Fields::Unit
        })
    }

    pub fn all(&self) -> &[Field] {
        match self {
            Fields::Unit => &[],
            Fields::Tuple(fields) | Fields::Named(fields) => fields,
        }
    }
}

impl Field {
    fn parse(input: ParseStream<'_>, is_named: bool) -> syn::Result<Field> {
        let attrs = Attribute::parse_outer(input)?;
        visibility(input)?;
        let mut ident = None;
        if is_named {
            ident = Some(input.parse()?);
            expect(input, ":")?;
        }
        Ok(Field { attrs, ident, ty: Type::parse(input, Ends::Comma)? })
    }
}

/// Reads values with commas between them.
fn list<T>(
    input: ParseStream<'_>,
    one: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(one(input)?);
        punct(input, ",");
    }
    Ok(all)
}
