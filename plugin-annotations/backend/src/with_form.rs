//! What `with` names: a module, perhaps within `Option` and its like.
//!
//! ```text
//! form = module | "_" | around "<" form { "," form } ">"
//! ```
//!
//! `Result<_, fault>` converts the errors of a `Result` and leaves its values.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use crate::items_of_self::{self, arguments};
use crate::spans::{ends, located, place_of};
use crate::syntax::{Path, flat};

/// What is passed in the place of a value.
pub(crate) enum Form {
    /// The value itself, of this type.
    Same(TokenStream),
    /// What this module makes of it.
    Module(Path),
    /// An iterator of references, of this type, as this type.
    Items { carrier: TokenStream },
    /// What is in it: the type without its arguments, and the forms of these.
    Around(Around, TokenStream, Vec<Form>),
}

/// A type that may be around a value that a module converts.
#[derive(Clone, Copy)]
pub(crate) enum Around {
    Option,
    Result,
    Box,
    /// A list or a set.
    Elements,
    /// A map.
    Entries,
}

impl Around {
    /// The type of that name, with the number of its arguments.
    fn named(name: &Ident) -> Option<(Around, usize)> {
        match name.to_string().as_str() {
            "Option" => Some((Around::Option, 1)),
            "Result" => Some((Around::Result, 2)),
            "Box" => Some((Around::Box, 1)),
            "Vec" | "VecDeque" | "BTreeSet" | "HashSet" => Some((Around::Elements, 1)),
            "BTreeMap" | "HashMap" => Some((Around::Entries, 2)),
            _ => None,
        }
    }
}

impl Form {
    /// Reads the form in `tokens` of a value of type `ty`.
    pub(crate) fn of(tokens: &TokenStream, ty: &TokenStream) -> syn::Result<Form> {
        let form = Form::within(tokens, Some(ty))?;
        match form.module() {
            Some(_) => Ok(form),
            None => Err(error(tokens, "name a module: `#[ffi(with = module)]`")),
        }
    }

    /// The form of a return type with `Box<dyn Iterator<Item = &T> + '_>` in it.
    pub(crate) fn of_items(krate: &Path, ty: &TokenStream) -> Option<Form> {
        if let Some(carrier) = items_of_self::carrier(krate, ty) {
            return Some(Form::Items { carrier });
        }
        let path = Path::of(ty.clone())?;
        let types = arguments(path.arguments());
        let (around, _) = Around::named(path.last()?).filter(|(_, count)| *count == types.len())?;
        let form = |ty: &TokenStream| Form::of_items(krate, ty);
        let parts: Vec<_> = types.iter().map(form).collect();
        parts.iter().any(Option::is_some).then(|| {
            let same = |(part, ty): (Option<Form>, TokenStream)| part.unwrap_or(Form::Same(ty));
            let parts = parts.into_iter().zip(types).map(same).collect();
            Form::Around(around, head(&path), parts)
        })
    }

    /// The types of iterators of references in it.
    pub(crate) fn items(&self) -> Vec<&TokenStream> {
        match self {
            Form::Same(_) | Form::Module(_) => Vec::new(),
            Form::Items { carrier } => vec![carrier],
            Form::Around(_, _, parts) => parts.iter().flat_map(Form::items).collect(),
        }
    }

    fn within(tokens: &TokenStream, ty: Option<&TokenStream>) -> syn::Result<Form> {
        let Some(path) = Path::of(tokens.clone()) else {
            let message = "expected a path without quotes, such as `with = module`";
            return Err(error(tokens, message));
        };
        if path.arguments().is_empty() {
            return match (path.last(), ty) {
                (Some(name), Some(ty)) if name == "_" => Ok(Form::Same(ty.clone())),
                (Some(name), None) if name == "_" => {
                    let message = "write the type out, such as `Result<T, E>`: an alias does not show what `_` stands for";
                    Err(error(tokens, message))
                }
                _ => Ok(Form::Module(path)),
            };
        }
        let forms = arguments(path.arguments());
        let around = path.last().and_then(Around::named).filter(|(_, count)| *count == forms.len());
        let Some((around, _)) = around else {
            let message = "a module may be within `Option<_>`, `Result<_, _>`, `Box<_>`, `Vec<_>`, `VecDeque<_>`, a set or a map: convert another type as a whole";
            return Err(error(tokens, message));
        };
        let ty = ty.and_then(|ty| Path::of(ty.clone())).filter(|ty| ty.last() == path.last());
        let types = ty.as_ref().map(|ty| arguments(ty.arguments())).unwrap_or_default();
        let parts = forms.iter().enumerate().map(|(i, form)| Form::within(form, types.get(i)));
        let head = head(ty.as_ref().unwrap_or(&path));
        Ok(Form::Around(around, head, parts.collect::<syn::Result<_>>()?))
    }

    /// The first module in it.
    pub(crate) fn module(&self) -> Option<&Path> {
        match self {
            Form::Same(_) | Form::Items { .. } => None,
            Form::Module(module) => Some(module),
            Form::Around(_, _, parts) => parts.iter().find_map(Form::module),
        }
    }

    /// The type that is passed.
    pub(crate) fn carrier(&self) -> TokenStream {
        match self {
            Form::Same(ty) | Form::Items { carrier: ty } => ty.clone(),
            Form::Module(module) => item(module, "Crossing"),
            Form::Around(_, head, parts) => {
                let parts = parts.iter().map(Form::carrier);
                quote!(#head<#(#parts),*>)
            }
        }
    }

    /// The value to pass in the place of `value`.
    pub(crate) fn lower(&self, krate: &Path, value: &TokenStream) -> TokenStream {
        match self {
            Form::Same(_) => value.clone(),
            // A type with lifetimes is none in an expression.
            Form::Items { carrier } => {
                let constructor = head_of(carrier);
                quote!(#constructor(#value))
            }
            Form::Module(module) => {
                let (lower, place) = (item(module, "lower"), place_of(module));
                let value = located(value.clone(), place);
                // The type of the pointer excludes an `unsafe fn`, even in an unsafe
                // block.
                quote_spanned! {place=> {
                    let __lower: fn(_) -> _ = #lower;
                    __lower(#value)
                }}
            }
            Form::Around(around, _, parts) => {
                let convert = |form: &Form, value: &TokenStream| form.lower(krate, value);
                Converted { krate, parts, may_fail: false, convert: &convert }.of(*around, value)
            }
        }
    }

    /// The value of `carrier`, as a `Result`.
    pub(crate) fn lift(&self, krate: &Path, carrier: &TokenStream) -> TokenStream {
        let private = quote!(#krate::__private);
        let result = quote!(#private::core::result::Result);
        match self {
            // An iterator is lifted as what it was.
            Form::Same(_) | Form::Items { .. } => {
                quote!(#result::<_, #private::LiftError>::Ok(#carrier))
            }
            Form::Module(module) => {
                let (lift, place) = (item(module, "lift"), place_of(module));
                let carrier = located(carrier.clone(), place);
                quote_spanned! {place=> {
                    let __lift: fn(_) -> #result<_, #private::LiftError> = #lift;
                    __lift(#carrier)
                }}
            }
            Form::Around(around, _, parts) => {
                let convert = |form: &Form, value: &TokenStream| form.lift(krate, value);
                Converted { krate, parts, may_fail: true, convert: &convert }.of(*around, carrier)
            }
        }
    }
}

/// A conversion of what is in a value, in one of both directions.
struct Converted<'a> {
    krate: &'a Path,
    parts: &'a [Form],
    /// A part is converted to a `Result`, and so is the whole.
    may_fail: bool,
    convert: &'a dyn Fn(&Form, &TokenStream) -> TokenStream,
}

impl Converted<'_> {
    fn of(&self, around: Around, value: &TokenStream) -> TokenStream {
        let private = {
            let krate = self.krate;
            quote!(#krate::__private)
        };
        let core = quote!(#private::core);
        let (option, result) = (quote!(#core::option::Option), quote!(#core::result::Result));
        let names: Vec<_> = (0..self.parts.len()).map(|i| format_ident!("__part_{i}")).collect();
        let parts: Vec<_> = self
            .parts
            .iter()
            .zip(&names)
            .map(|(form, name)| (self.convert)(form, &quote!(#name)))
            .collect();
        let (first, part) = (&names[0], &parts[0]);
        let mapped = |part: &TokenStream, variant: TokenStream| match self.may_fail {
            true => quote!(#result::map(#part, #variant)),
            false => quote!(#variant(#part)),
        };
        match around {
            Around::Option => {
                let some = mapped(part, quote!(#option::Some));
                let none = match self.may_fail {
                    true => quote!(#result::Ok(#option::None)),
                    false => quote!(#option::None),
                };
                quote! {
                    match #value {
                        #option::Some(#first) => #some,
                        #option::None => #none,
                    }
                }
            }
            Around::Result => {
                let (ok, err) =
                    (mapped(part, quote!(#result::Ok)), mapped(&parts[1], quote!(#result::Err)));
                let second = &names[1];
                quote! {
                    match #value {
                        #result::Ok(#first) => #ok,
                        #result::Err(#second) => #err,
                    }
                }
            }
            Around::Box => {
                let boxed = mapped(part, quote!(#private::Box::new));
                quote!({ let #first = *#value; #boxed })
            }
            Around::Elements => self.collected(value, &quote!(#first), part),
            Around::Entries => {
                let (second, of_value) = (&names[1], &parts[1]);
                let pair = match self.may_fail {
                    true => quote! {
                        #result::and_then(#part, |#first| {
                            #result::map(#of_value, |#second| (#first, #second))
                        })
                    },
                    false => quote!((#part, #of_value)),
                };
                self.collected(value, &quote!((#first, #second)), &pair)
            }
        }
    }

    /// Collects `converted` of each `part`.
    fn collected(
        &self,
        value: &TokenStream,
        part: &TokenStream,
        converted: &TokenStream,
    ) -> TokenStream {
        let krate = self.krate;
        let private = quote!(#krate::__private);
        let iter = quote!(#private::core::iter);
        let into = match self.may_fail {
            true => quote!(#private::core::result::Result<_, #private::LiftError>),
            false => quote!(_),
        };
        quote! {
            #iter::Iterator::collect::<#into>(#iter::Iterator::map(
                #iter::IntoIterator::into_iter(#value),
                |#part| #converted,
            ))
        }
    }
}

/// The tokens of a path before its arguments.
fn head(path: &Path) -> TokenStream {
    head_of(&path.to_token_stream())
}

fn head_of(path: &TokenStream) -> TokenStream {
    let open =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<');
    flat(path.clone()).into_iter().take_while(|token| !open(token)).collect()
}

fn item(module: &Path, name: &str) -> TokenStream {
    let name = Ident::new(name, ends(&module.to_token_stream()).1);
    quote!(#module::#name)
}

fn error(tokens: &TokenStream, message: &str) -> syn::Error {
    let place = flat(tokens.clone()).first().map_or_else(Span::call_site, TokenTree::span);
    syn::Error::new(place, message)
}
