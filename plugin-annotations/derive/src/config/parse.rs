//! From the tokens of a struct or an enum to the model.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::LitStr;
use syn::ext::IdentExt;
use syn::parse::Parser;

use plugin_annotations_backend::attributes::lints;
use plugin_annotations_backend::errors::Errors;
use plugin_annotations_backend::syntax::{Attribute, Data, Fields, ItemType, Path, Variant, flat};

use super::default::{Default, divided, is_float};
use super::model::{Body, Choice, Described, Range, Setting};

pub(super) fn described(item: TokenStream, errors: &mut Errors) -> Option<Described> {
    let item = errors.keep(syn::parse2::<ItemType>(item))?;
    if !item.generics.params.is_empty() {
        errors.at(&item.ident, "settings have no parameters: name the types");
    }
    let options = Options::of(&item.attrs, &["crate"], errors);
    let body = match &item.data {
        Data::Struct(Fields::Named(fields)) if !fields.is_empty() => {
            let settings = fields.iter().filter_map(|field| {
                let name = field.ident.clone()?;
                let options = Options::of(&field.attrs, &["default", "range"], errors);
                Some(Setting {
                    name: name.unraw().to_string(),
                    field: name,
                    doc: doc(&field.attrs),
                    ty: field.ty.clone(),
                    default: options.default,
                    range: options.range,
                })
            });
            Some(Body::Settings(settings.collect()))
        }
        Data::Struct(_) => {
            errors.at(&item.ident, "settings are the named fields of a struct: give it some");
            None
        }
        Data::Enum(variants) => Some(Body::Choices(choices(&item.ident, variants, errors))),
        Data::Union(keyword) => {
            errors.at(keyword, "a union has no settings: make it a struct, or an enum");
            None
        }
    };
    Some(Described {
        krate: options.krate.unwrap_or_else(Path::plugin_interface),
        name: item.ident,
        body: body?,
        lints: lints(&item.attrs),
    })
}

fn choices(name: &Ident, variants: &[Variant], errors: &mut Errors) -> Vec<Choice> {
    if variants.is_empty() {
        errors.at(name, "an enum without variants has no values: add a variant");
    }
    let mut choices = Vec::new();
    for variant in variants {
        Options::of(&variant.attrs, &[], errors);
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(
                &variant.ident,
                "a choice has no fields: make its values settings beside it, in a struct",
            );
        }
        choices.push(Choice {
            variant: variant.ident.clone(),
            name: hyphenated(&variant.ident),
            doc: doc(&variant.attrs),
        });
    }
    choices
}

/// `VeryFast` becomes `very-fast`.
fn hyphenated(variant: &Ident) -> String {
    let mut name = String::new();
    for (i, c) in variant.unraw().to_string().chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            name.push('-');
        }
        name.extend(c.to_lowercase());
    }
    name
}

/// Returns the doc comment, as far as it is text.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|attribute| attribute.is("doc")).filter_map(|attribute| {
        let text = flat(attribute.content()).into_iter().nth(2)?;
        let text = syn::parse2::<LitStr>(TokenStream::from(text)).ok()?.value();
        Some(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The options in `#[config(..)]`.
#[derive(std::default::Default)]
struct Options {
    krate: Option<Path>,
    default: Option<Default>,
    range: Option<Range>,
}

impl Options {
    fn of(attributes: &[Attribute], allowed: &[&str], errors: &mut Errors) -> Options {
        let mut options = Options::default();
        for attribute in attributes.iter().filter(|attribute| attribute.is("config")) {
            let Some(arguments) = attribute.arguments() else {
                errors.at(attribute, "expected options in parentheses: `#[config(default = 80)]`");
                continue;
            };
            for option in divided(arguments) {
                let read = options.read(option, allowed);
                errors.keep(read);
            }
        }
        options
    }

    fn read(&mut self, option: TokenStream, allowed: &[&str]) -> syn::Result<()> {
        let mut tokens = option.into_iter();
        let key = match tokens.next() {
            Some(TokenTree::Ident(key)) => key,
            other => {
                let span = other.map_or_else(Span::call_site, |token| token.span());
                return Err(syn::Error::new(span, "expected the name of an option"));
            }
        };
        if !allowed.iter().any(|name| key == name) {
            let message = match allowed {
                [] => "a variant has no options".to_owned(),
                _ => format!("unknown option `{key}`, expected `{}`", allowed.join("` or `")),
            };
            return Err(syn::Error::new(key.span(), message));
        }
        match tokens.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {}
            _ => return Err(syn::Error::new(key.span(), format!("expected `{key} = ..`"))),
        }
        let value: TokenStream = tokens.collect();
        if value.is_empty() {
            return Err(syn::Error::new(key.span(), format!("expected `{key} = ..`")));
        }
        let again = match key.to_string().as_str() {
            "crate" => self.krate.replace(Path::parse_mod_style.parse2(value)?).is_some(),
            "default" => self.default.replace(Default::of(value)?).is_some(),
            _ => self.range.replace(range(value)?).is_some(),
        };
        match again {
            true => Err(syn::Error::new(key.span(), format!("option `{key}` is given twice"))),
            false => Ok(()),
        }
    }
}

/// Reads `1..=100`.
fn range(tokens: TokenStream) -> syn::Result<Range> {
    let all: Vec<_> = tokens.clone().into_iter().collect();
    let is = |token: &TokenTree, c| matches!(token, TokenTree::Punct(it) if it.as_char() == c);
    let at = all.windows(3).position(|w| is(&w[0], '.') && is(&w[1], '.') && is(&w[2], '='));
    let parts = at.map(|at| {
        let part = |tokens: &[TokenTree]| tokens.iter().cloned().collect::<TokenStream>();
        (part(&all[..at]), part(&all[at + 3..]))
    });
    match parts.map(|(from, to)| (is_float(&from), is_float(&to), from, to)) {
        Some((Some(first), Some(second), from, to)) if first == second => {
            Ok(Range { from, to, is_float: first })
        }
        _ => Err(syn::Error::new_spanned(
            tokens,
            "a range has its smallest and its largest number: `1..=100`, or `0.0..=1.0`",
        )),
    }
}
