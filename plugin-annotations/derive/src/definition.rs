//! The definition of a type: its path, its fields and their types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::model::{Body, Derived, Field, Fields};
use plugin_annotations_backend::aliases::Aliases;
use plugin_annotations_backend::identity;
use plugin_annotations_backend::lifetimes;
use plugin_annotations_backend::spans::ffi_item;
use plugin_annotations_backend::syntax::{Generics, Kind, Path};

/// ```text
/// Input:  struct Tree<T> { value: T, kids: Vec<Tree<T>> }
/// Output: static __DEFINITION: Definition = {
///             type T = Parameter<0>;
///             Definition::new("garden::Tree", &["T"], Body::Struct(Fields::Named(&[
///                 ("value", T::SHAPE), ("kids", <Vec<Tree<T>>>::SHAPE),
///             ]))).at(Source { .. })
///         };
/// ```
pub(crate) fn definition(
    Derived { krate, name, path, generics, grows, later, body, .. }: &Derived,
) -> TokenStream {
    let private = quote!(#krate::__private);
    let text = name.unraw().to_string();
    let parameters = generics.of(Kind::Type).map(|parameter| parameter.ident.unraw().to_string());
    let parameters_as_types = generics.of(Kind::Type).enumerate().map(|(i, parameter)| {
        let parameter = &parameter.ident;
        quote! {
            #[allow(dead_code, non_camel_case_types)]
            type #parameter = #private::Parameter<#i>;
        }
    });
    let parameters_as_types: Vec<_> = parameters_as_types.collect();
    let lending = lending(generics, body);
    let has_several = generics.of(Kind::Lifetime).count() > 1;
    let aliases: Vec<_> = written(body).map(|field| Aliases::of(&field.ty)).collect();
    let told = aliases.iter().filter(|aliases| aliases.tell()).map(|aliases| {
        let told = aliases.list(krate, &|ty| ty);
        quote! {
            const _: () = {
                #(#parameters_as_types)*
                #[allow(unused_imports)]
                use #private::Lent as _;
                #private::is_told(#told)
            };
        }
    });
    let bounded = crate::bounded(krate, generics);
    let proofs = aliases.iter().flat_map(|aliases| aliases.proofs(krate, &bounded));
    let body = match body {
        Body::Struct(of) if *grows => {
            let since = of.all().iter().filter_map(|field| Some(&field.since.as_ref()?.version));
            let fields = fields(krate, of);
            quote!(Growing(#fields, &[#(#since),*]))
        }
        Body::Struct(of) => {
            let fields = fields(krate, of);
            quote!(Struct(#fields))
        }
        Body::Enum(variants) => {
            let variants = variants.iter().map(|(variant, of)| {
                let (variant, fields) = (variant.unraw().to_string(), fields(krate, of));
                quote!((#variant, #fields))
            });
            match grows {
                true => quote!(GrowingEnum(&[#(#variants),*], &[#(#later),*])),
                false => quote!(Enum(&[#(#variants),*])),
            }
        }
    };
    let (path, source) = (identity::path(krate, &text, path.as_deref()), identity::source(krate));
    quote! {
        #path

        #(#proofs)*

        static __DEFINITION: #private::Definition = {
            #(#parameters_as_types)*
            #private::Definition::new(__PATH, &[#(#parameters),*], #private::Body::#body)
                .lending(#lending, #has_several)
                .at(#source)
        };

        // The static may refer to itself, so that it cannot look at its types.
        #(#told)*
    }
}

/// The fields whose types are passed as they are written.
pub(crate) fn written(body: &Body) -> impl Iterator<Item = &Field> {
    let all: Vec<&Fields> = match body {
        Body::Struct(fields) => vec![fields],
        Body::Enum(variants) => variants.iter().map(|(_, fields)| fields).collect(),
    };
    all.into_iter().flat_map(Fields::all).filter(|field| field.with.is_none())
}

/// The lifetimes of the fields that their types do not show: `call: '0 at 2`.
fn lending(generics: &Generics, body: &Body) -> String {
    let names: Vec<_> = generics.of(Kind::Lifetime).map(|lifetime| &lifetime.ident).collect();
    let variants: Vec<(String, &Fields)> = match body {
        Body::Struct(fields) => vec![(String::new(), fields)],
        Body::Enum(variants) => {
            variants.iter().map(|(name, fields)| (format!("{}.", name.unraw()), fields)).collect()
        }
    };
    let mut all = Vec::new();
    for (variant, fields) in &variants {
        for (i, field) in fields.all().iter().enumerate() {
            let unseen = lifetimes::unseen_in_field(&field.carrier(), &names);
            let name = field.name.as_ref().map_or(i.to_string(), |name| name.unraw().to_string());
            if !unseen.is_empty() {
                all.push(format!("{variant}{name}: {unseen}"));
            }
        }
    }
    all.join(", ")
}

fn fields(krate: &Path, fields: &Fields) -> TokenStream {
    let all = fields.all().iter().map(|field| {
        let shape = ffi_item(krate, &lifetimes::fixed(&field.carrier()), "SHAPE");
        match &field.name {
            Some(name) => {
                let name = name.unraw().to_string();
                quote!((#name, #shape))
            }
            None => shape,
        }
    });
    let fields = match fields {
        Fields::Unit => quote!(Unit),
        Fields::Tuple(_) => quote!(Tuple(&[#(#all),*])),
        Fields::Named(_) => quote!(Named(&[#(#all),*])),
    };
    quote!(#krate::__private::Fields::#fields)
}
