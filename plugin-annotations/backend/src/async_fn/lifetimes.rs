//! Names for the lifetimes of parameters that have none.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::Lifetime;

use crate::lifetimes::returned;
use crate::syntax::flat;

/// The names that were given: `'life0`, `'life1`, and so on.
#[derive(Default)]
pub(crate) struct Names(Vec<Lifetime>);

impl Names {
    pub(crate) fn next(&mut self, place: Span) -> Lifetime {
        let ident = format_ident!("life{}", self.0.len(), span = place);
        let lifetime = Lifetime { apostrophe: place, ident };
        self.0.push(lifetime.clone());
        lifetime
    }

    pub(crate) fn into_vec(self) -> Vec<Lifetime> {
        self.0
    }

    /// `&str` becomes `&'life0 str`, `Words<'_>` becomes `Words<'life1>`. Those in
    /// the types of functions stay: they belong to each call of the function.
    pub(crate) fn name(&mut self, ty: &impl ToTokens) -> TokenStream {
        self.rewrite(ty.to_token_stream())
    }

    fn rewrite(&mut self, tokens: TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        let mut tokens = flat(tokens).into_iter().peekable();
        let mut before: Option<Ident> = None;
        while let Some(token) = tokens.next() {
            let name = before.take();
            match token {
                TokenTree::Group(group) => {
                    let is_call = group.delimiter() == Delimiter::Parenthesis
                        && name.is_some_and(|name| !is_keyword(&name));
                    match group.delimiter() {
                        _ if is_call => {
                            group.to_tokens(&mut out);
                            out.extend(returned(&mut tokens));
                        }
                        Delimiter::Brace => group.to_tokens(&mut out),
                        delimiter => {
                            let mut inner = Group::new(delimiter, self.rewrite(group.stream()));
                            inner.set_span(group.span());
                            inner.to_tokens(&mut out);
                        }
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.next() {
                    Some(TokenTree::Ident(ident)) if ident == "_" => {
                        self.next(ident.span()).to_tokens(&mut out);
                    }
                    Some(TokenTree::Ident(ident)) => {
                        Lifetime { apostrophe: punct.span(), ident }.to_tokens(&mut out);
                    }
                    other => out.extend(other),
                },
                TokenTree::Punct(punct) if punct.as_char() == '&' => {
                    let mut and = Punct::new('&', Spacing::Alone);
                    and.set_span(punct.span());
                    and.to_tokens(&mut out);
                    if !matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
                        self.next(punct.span()).to_tokens(&mut out);
                    }
                }
                // The length of an array is no type.
                TokenTree::Punct(punct) if punct.as_char() == ';' => {
                    punct.to_tokens(&mut out);
                    out.extend(tokens);
                    break;
                }
                TokenTree::Ident(ident) => {
                    ident.to_tokens(&mut out);
                    before = Some(ident);
                }
                other => other.to_tokens(&mut out),
            }
        }
        out
    }
}

/// Returns `true` if the group behind the word is a type in parentheses, and not
/// the parameters of a function.
fn is_keyword(word: &Ident) -> bool {
    ["dyn", "impl", "mut", "const"].iter().any(|keyword| word == keyword)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn named(ty: TokenStream) -> String {
        Names::default().name(&ty).to_string().replace(' ', "").replace("'life", "~")
    }

    #[test]
    fn each_lifetime_without_a_name_gets_one() {
        for (ty, expected) in [
            (quote!(&str), "&~0str"),
            (quote!(&mut [&str]), "&~0mut[&~1str]"),
            (quote!(&Words<'_>), "&~0Words<~1>"),
            (quote!(&'a (u8, Option<&u8>)), "&'a(u8,Option<&~0u8>)"),
            (quote!(&&str), "&~0&~1str"),
            (quote!([&'static str; 2 & 3]), "[&'staticstr;2&3]"),
            (quote!(Box<dyn Tool + '_>), "Box<dynTool+~0>"),
            (quote!(&(dyn Tool + '_)), "&~0(dynTool+~1)"),
            (quote!((&dyn Fn(&str) -> &str, &str)), "(&~0dynFn(&str)->&str,&~1str)"),
            (quote!(Box<dyn Fn(&u8) -> Vec<&u8> + '_>), "Box<dynFn(&u8)->Vec<&u8>+~0>"),
            (quote!((fn(&u8), for<'b> fn(&'b u8, &u8))), "(fn(&u8),for<'b>fn(&'bu8,&u8))"),
        ] {
            assert_eq!(named(ty), expected);
        }
    }
}
