//! Types.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;

use super::path::Path;
use super::scan::{Ends, divide, flat, unopened, until, with_bare_lifetimes};

/// A type: its tokens, and the few facts that they show.
#[derive(Clone)]
pub struct Type(TokenStream);

impl Type {
    /// Reads a type up to its end.
    pub(crate) fn parse(input: ParseStream<'_>, ends: Ends) -> syn::Result<Type> {
        let tokens = with_bare_lifetimes(until(input, ends)?);
        if tokens.is_empty() {
            return Err(input.error("expected a type"));
        }
        if let Some(end) = unopened(&tokens) {
            return Err(syn::Error::new(end, "expected a type: this `>` closes no `<`"));
        }
        Ok(Type(tokens))
    }

    pub(crate) fn unit() -> Type {
        Type(quote!(()))
    }

    /// Returns the type as a path, if it is one without `<T as Trait>`.
    pub(crate) fn path(&self) -> Option<Path> {
        Path::of(self.0.clone())
    }

    /// The `T` of `&T` or `&[T]`, if it may be passed as a copy: it is neither text,
    /// nor an object, nor exclusive.
    pub(crate) fn copied_referent(&self) -> Option<TokenStream> {
        let referent = self.behind_and()?;
        match &flat(referent.clone())[..] {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => {
                // Of an array, `[T; N]`, the whole is the referent.
                let is_array = group.stream().into_iter().any(is_semicolon);
                Some(if is_array { referent } else { group.stream() })
            }
            [TokenTree::Group(group)] if is_object(group.stream()) => None,
            [TokenTree::Ident(ident)] if ident == "str" => None,
            [TokenTree::Ident(ident), ..] if ident == "mut" || ident == "dyn" => None,
            _ => Some(referent),
        }
    }

    /// The lifetime and the `T` of a `&'a mut T` that is no text, number, slice or
    /// object.
    pub(crate) fn changed_referent(&self) -> Option<(TokenStream, TokenStream)> {
        let tokens = flat(self.0.clone());
        let [and, quote, name, exclusive, referent @ ..] = &tokens[..] else { return None };
        let is = |token: &TokenTree, text: &str| token.to_string() == text;
        if !is(and, "&") || !is(quote, "'") || !is(exclusive, "mut") {
            return None;
        }
        let by_pointer = match referent {
            [TokenTree::Ident(first), ..] if first == "dyn" || first == "impl" => true,
            [TokenTree::Group(group)] => {
                is_object(group.stream()) || group.delimiter() == Delimiter::Bracket
            }
            [only] => {
                let name = only.to_string();
                POINTERS.contains(&&*name) || SCALARS.contains(&&*name)
            }
            _ => false,
        };
        let referent = || referent.iter().cloned().collect();
        (!by_pointer).then(|| (quote!(#quote #name), referent()))
    }

    /// What stands between the angle brackets of an `Option<T>`.
    pub(crate) fn in_option(&self) -> Option<Type> {
        let path = Path::of(self.0.clone())?;
        path.last().filter(|last| *last == "Option")?;
        let mut of: Vec<_> = flat(path.arguments().clone()).into_iter().collect();
        let (close, open) = (of.pop()?, (!of.is_empty()).then(|| of.remove(0))?);
        let is_angled = open.to_string() == "<" && close.to_string() == ">";
        is_angled.then(|| Type(of.into_iter().collect()))
    }

    /// Returns `true` for `&dyn Trait`.
    pub(crate) fn is_shared_object(&self) -> bool {
        self.behind_and().is_some_and(|referent| match flat(referent).into_iter().next() {
            Some(TokenTree::Group(group)) => is_object(group.stream()),
            first => first.is_some_and(|first| is_object(first.into())),
        })
    }

    /// What follows the `&` and its lifetime.
    fn behind_and(&self) -> Option<TokenStream> {
        let mut tokens = flat(self.0.clone()).into_iter().peekable();
        let is = |token: Option<&TokenTree>, char: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char);
        if !is(tokens.next().as_ref(), '&') {
            return None;
        }
        if is(tokens.peek(), '\'') {
            tokens.nth(1);
        }
        Some(tokens.collect())
    }

    /// Returns `true` for a number, `bool` or `char`: nothing of it can leak.
    pub fn is_scalar(&self) -> bool {
        SCALARS.contains(&&*self.0.to_string())
    }

    /// Returns `true` if any value of it is valid, and nothing of it can leak.
    pub fn is_number(&self) -> bool {
        SCALARS[2..].contains(&&*self.0.to_string())
    }

    /// Returns `true` for a reference whose referent is not copied.
    pub(crate) fn is_borrowed(&self) -> bool {
        let is_reference = |token| matches!(token, TokenTree::Punct(p) if p.as_char() == '&');
        flat(self.0.clone()).into_iter().next().is_some_and(is_reference)
            && !has_copied_reference(self.0.clone())
    }

    /// Returns `true` if it is `!`.
    pub(crate) fn is_never(&self) -> bool {
        self.0.to_string() == "!"
    }
}

fn is_object(tokens: TokenStream) -> bool {
    let first = flat(tokens).into_iter().next();
    matches!(first, Some(TokenTree::Ident(ident)) if ident == "dyn")
}

fn is_semicolon(token: TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// Returns `true` for the target of a reference that is never passed as a copy:
/// text, a number or a slice of them, or an object. Also for that of a `&mut`.
pub(crate) fn is_passed_by_pointer(referent: &TokenStream) -> bool {
    match &flat(referent.clone())[..] {
        [TokenTree::Ident(first), ..] if first == "mut" || first == "dyn" => true,
        [TokenTree::Group(group)] if is_object(group.stream()) => true,
        [only] => {
            let text = only.to_string();
            let name = text.trim_matches(['[', ']', ' ']);
            POINTERS.contains(&name) || SCALARS.contains(&name)
        }
        _ => false,
    }
}

/// Objects that are no interfaces, or need exclusive access.
const NEVER_SHARED: [&str; 8] =
    ["Any", "Debug", "Display", "Error", "FnMut", "FnOnce", "Future", "Iterator"];

/// Returns `true` for an object of an interface, or a closure: `dyn Tool`, `(dyn Fn() + Send)`.
pub(crate) fn is_shared_object(referent: &TokenStream) -> bool {
    let tokens = flat(referent.clone());
    let object = match &tokens[..] {
        [TokenTree::Group(group)] => flat(group.stream()),
        _ => tokens,
    };
    let [TokenTree::Ident(first), object @ ..] = &object[..] else { return false };
    let bound = divide(object.iter().cloned().collect(), '+').into_iter().next();
    // What has an argument in parentheses is no path.
    let name = bound.and_then(Path::of).and_then(|path| path.last().map(ToString::to_string));
    first == "dyn" && !name.is_some_and(|name| NEVER_SHARED.contains(&&*name))
}

/// Returns `true` if there is an `&`, at any depth, to a type that is passed as a
/// copy: neither text, nor an object, nor a number.
fn has_copied_reference(tokens: TokenStream) -> bool {
    let mut tokens = flat(tokens).into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(and) if and.as_char() == '&' => {
                if matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '\'') {
                    tokens.nth(1);
                }
                let referent = tokens.peek().map(ToString::to_string).unwrap_or_default();
                let referent = referent.trim_matches(['[', ']', ' ']);
                if !POINTERS.contains(&referent) && !SCALARS.contains(&referent) {
                    return true;
                }
            }
            TokenTree::Group(group) if has_copied_reference(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// Referents that are always passed as pointers.
const POINTERS: [&str; 6] = ["str", "mut", "dyn", "Path", "OsStr", "CStr"];

/// Referents that are passed as pointers too, since they have the layout of their
/// wire.
const SCALARS: [&str; 16] = [
    "bool", "char", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
    "i64", "i128", "isize",
];

impl From<TokenStream> for Type {
    fn from(tokens: TokenStream) -> Type {
        Type(tokens)
    }
}

impl ToTokens for Type {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
