//! Just enough of a struct and of an enum, as `plugin_annotations_backend::syntax`
//! has it of traits.

use plugin_annotations_backend::syntax::{
    Attribute, Ends, Generics, Type, expect, punct, until, visibility,
};
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{braced, parenthesized, token};

/// What the derive stands on.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) data: Data,
}

pub(crate) enum Data {
    Struct(Fields),
    Enum(Vec<Variant>),
    /// Its `union`.
    Union(Ident),
}

pub(crate) struct Variant {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) fields: Fields,
    /// What stands behind its `=`.
    pub(crate) discriminant: TokenStream,
}

pub(crate) enum Fields {
    Unit,
    Tuple(Vec<Field>),
    Named(Vec<Field>),
}

pub(crate) struct Field {
    pub(crate) attrs: Vec<Attribute>,
    /// `None` in a tuple.
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: Type,
}

impl Parse for Item {
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
        Ok(Item { attrs, ident, generics, data })
    }
}

impl Variant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Variant> {
        let attrs = Attribute::parse_outer(input)?;
        visibility(input)?;
        let (ident, fields) = (input.parse()?, Fields::parse(input)?);
        let discriminant = match punct(input, "=") {
            Some(_) => until(input, Ends::AtCommaBehindValue)?,
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

    pub(crate) fn all(&self) -> &[Field] {
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
        Ok(Field { attrs, ident, ty: Type::parse(input, Ends::AtComma)? })
    }
}

/// What `one` reads, again and again, with commas between.
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

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::{ToTokens, quote};

    use super::{Data, Item};

    fn fields(item: TokenStream) -> Vec<String> {
        let item: Item = syn::parse2(item).unwrap();
        let text = |name: &dyn ToTokens, ty: &dyn ToTokens| {
            format!("{} {}", name.to_token_stream(), ty.to_token_stream()).replace(' ', "")
        };
        match &item.data {
            Data::Struct(all) => all.all().iter().map(|f| text(&f.ident, &f.ty)).collect(),
            Data::Enum(variants) => variants
                .iter()
                .flat_map(|variant| {
                    let number = text(&variant.ident, &variant.discriminant);
                    let fields = variant.fields.all().iter().map(|f| text(&f.ident, &f.ty));
                    [number].into_iter().chain(fields)
                })
                .collect(),
            Data::Union(_) => vec![],
        }
    }

    #[test]
    fn fields_are_found_between_what_else_has_commas() {
        let item = quote! {
            /// Documented.
            pub struct Named<'a, T: Copy = (u8, u8), const N: usize = { 1 }> where T: Into<u8> {
                #[doc = "first"]
                pub(crate) map: HashMap<String, Vec<(u8, T)>>,
                r#type: for<'b> fn(&'b u8, u8) -> Result<u8, T>,
                pub list: [&'a str; { 3 }],
            }
        };
        let expected = [
            "mapHashMap<String,Vec<(u8,T)>>",
            "r#typefor<'b>fn(&'bu8,u8)->Result<u8,T>",
            "list[&'astr;{3}]",
        ];
        assert_eq!(fields(item), expected);
        let item = quote!(
            struct Tuple<T>(pub (u8, u16), pub(in a::b) Vec<T>, (crate::A, u8))
            where
                T: Copy;
        );
        assert_eq!(fields(item), ["(u8,u16)", "Vec<T>", "(crate::A,u8)"]);
        assert_eq!(
            fields(quote!(
                struct Unit;
            )),
            [""; 0]
        );
    }

    #[test]
    fn variants_may_have_numbers() {
        let item = quote! {
            enum Kind { A = 1 << f::<u8, u8>(2), #[default] B { x: u8 } = { 7 }, C(u8, Vec<u8>), D }
        };
        let expected = ["A1<<f::<u8,u8>(2)", "B{7}", "xu8", "C", "u8", "Vec<u8>", "D"];
        assert_eq!(fields(item), expected);
    }
}
