//! What cannot work, each with what to do instead.

pub(crate) mod returned_borrows;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use crate::errors::Errors;
use crate::lifetimes;
use crate::model::Receiver;
use crate::spans::ends;
use crate::syntax::{
    Attribute, ItemImpl, ItemTrait, Kind, OtherItem, OtherKind, Path, Signature, TraitMethod, Type,
};

pub(crate) fn interface_head(item: &ItemTrait, errors: &mut Errors) {
    if let Some(unsafety) = &item.unsafety {
        errors.at(
            unsafety,
            "an interface is a safe trait: a host cannot know what a plugin vouches for",
        );
    }
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "an interface cannot be generic: one library holds one compiled version; write a trait for each type",
        );
    }
    if let Some((token, _)) = &item.generics.where_clause {
        errors.at(
            &token,
            "an interface cannot have a `where` clause: write `Send`, `Sync` and `'static` as supertraits, and leave the rest out",
        );
    }
    for bound in &item.supertraits {
        if !is_marker(bound) {
            errors.at(
                &bound,
                "only `Send`, `Sync` and `'static` can be supertraits of an interface: the proxy has nothing to implement others with; move their methods into the interface",
            );
        }
    }
}

fn is_marker(bound: &TokenStream) -> bool {
    if let [lifetime] = &lifetimes::written(bound)[..] {
        return lifetime.ident == "static" && bound.clone().into_iter().count() == 2;
    }
    let path = Path::of(bound.clone());
    path.as_ref().and_then(Path::last).is_some_and(|last| last == "Send" || last == "Sync")
}

pub(crate) fn only_methods(item: &OtherItem, errors: &mut Errors) {
    let message = match item.kind {
        OtherKind::Const => "an interface cannot have constants: make it a method",
        OtherKind::Type => {
            "an interface cannot have associated types: name the type in the methods"
        }
        OtherKind::Macro => "an interface cannot contain macro calls: write the methods out",
        OtherKind::Unknown => "an interface consists of methods",
    };
    errors.at(item, message);
}

/// `&self` or `&mut self`.
pub(crate) fn receiver(signature: &Signature, errors: &mut Errors) -> Option<Receiver> {
    let Some(receiver) = &signature.receiver else {
        errors.at(
            &signature.ident,
            "a method of an interface takes `&self` or `&mut self`; constructors are named by `#[plugin_impl(Trait, new = path)]`",
        );
        return None;
    };
    refuse_static(receiver, errors);
    let found = Receiver::of(receiver);
    if found.is_none() {
        errors.at(
            receiver,
            "a method of an interface takes `&self` or `&mut self`: the instance stays in the plugin",
        );
    }
    found
}

pub(crate) fn signature(signature: &Signature, errors: &mut Errors) {
    if let Some(token) = &signature.asyncness {
        errors.at(&token, "an interface method cannot be `async`: return a future, `fn name(&self) -> plugin_interface::BoxFuture<'_, T>`, whose body is `Box::pin(async move { .. })`");
    }
    if let Some(token) = &signature.constness {
        errors.at(&token, "an interface method cannot be `const`: it is called through a vtable");
    }
    if let Some(token) = &signature.unsafety {
        errors.at(
            &token,
            "an interface method is safe: a host cannot know what a plugin wants vouched for",
        );
    }
    if !signature.abi.is_empty() {
        errors.at(
            &signature.abi,
            "write an ordinary method: the macro makes the `extern \"C\"` function",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "an interface method cannot be variadic: take a slice");
    }
    for parameter in signature.generics.of(Kind::Type) {
        errors.at(
            parameter,
            "an interface method cannot be generic: a vtable holds one compiled version; name the type",
        );
    }
    for parameter in signature.generics.of(Kind::Const) {
        errors.at(
            parameter,
            "an interface method cannot be generic: a vtable holds one compiled version; take a slice",
        );
    }
    if let Some((token, _)) = &signature.generics.where_clause {
        errors.at(
            &token,
            "an interface method cannot have a `where` clause: a vtable holds every method; leave it out",
        );
    }
}

pub(crate) fn parameter_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| attribute.is("cfg")) {
        errors.at(
            attribute,
            "a parameter of an interface method cannot depend on `cfg`: put it on the method, and write one for each case",
        );
    }
}

pub(crate) fn parameter_type(ty: &Type, errors: &mut Errors) {
    if let Some(token) = keyword(ty, "impl") {
        errors.at(
            &token,
            "an interface method cannot be generic: a vtable holds one compiled version; name the type",
        );
    }
    refuse_self_type(ty, errors);
    refuse_static(ty, errors);
}

/// A method cannot name the type that implements it.
fn refuse_self_type(ty: &Type, errors: &mut Errors) {
    if let Some(token) = keyword(ty, "Self") {
        errors.at(
            &token,
            "an interface method cannot name `Self`: the host does not know the plugin's type; name another type",
        );
    }
}

/// What a method takes is borrowed for the call, `self` included.
fn refuse_static(taken: &impl ToTokens, errors: &mut Errors) {
    for lifetime in lifetimes::borrowed(taken) {
        if lifetime.ident == "static" {
            errors.at(
                &lifetime,
                "what a method takes is borrowed for the call, not for `'static`: leave the lifetime out, and copy what has to stay",
            );
        }
    }
}

/// The first `word` in a type, however deep, but not `word::`: what `Self::Item`
/// leads to is refused where it is declared.
fn keyword(ty: &Type, word: &str) -> Option<Ident> {
    fn find(tokens: TokenStream, word: &str) -> Option<Ident> {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let found = match token {
                TokenTree::Ident(ident) if ident == word => Some(ident),
                TokenTree::Group(group) => find(group.stream(), word),
                _ => None,
            };
            let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':');
            if found.is_some() && !is_path {
                return found;
            }
        }
        None
    }
    find(ty.to_token_stream(), word)
}

/// References to what is copied where it is lent: when the method has returned,
/// nothing would hold the copy.
fn refuse_reference(output: &Type, errors: &mut Errors) {
    let Some((and, referent)) = output.referent() else { return };
    let Some(last) = referent.last() else { return };
    let instead = match last.to_string().as_str() {
        "String" => "return `&str`, or `String` to give it away",
        "Vec" => "return a slice, `&[T]`, or `Vec<T>` to give it away",
        "Option" | "Result" => "put the `&` inside, as in `Option<&str>`, or leave it out",
        _ => return,
    };
    errors.at(&and, &format!("a reference to this cannot be returned: {instead}"));
}

pub(crate) fn return_type(signature: &Signature, output: &Type, errors: &mut Errors) {
    if let Some(token) = keyword(output, "impl") {
        errors.at(&token, "an interface method cannot return `impl Trait`: name the type");
    }
    refuse_self_type(output, errors);
    refuse_reference(output, errors);
    returned_borrows::returned(output, errors);
    if output.is_never() {
        errors.at(
            output,
            "an interface method returns: leave `-> !` out; a panic is how a call fails",
        );
    }
    borrowed_from_self(signature, output, errors);
}

/// A borrow in a return may only be one of `self`, whose owner keeps the
/// library mapped. The compiler would say so too, less clearly.
fn borrowed_from_self(signature: &Signature, output: &Type, errors: &mut Errors) {
    let of_self = signature.receiver.as_ref().and_then(|receiver| receiver.lifetime.as_ref());
    for lifetime in lifetimes::borrowed(output) {
        if lifetime.ident == "_" || Some(&lifetime) == of_self {
            continue;
        }
        let or_else = match &signature.receiver {
            Some(receiver) if lifetime.ident != "static" => {
                let mutability = receiver.mutability.as_ref().map_or("", |_| "mut ");
                format!(", or let `self` be borrowed as long: `&{lifetime} {mutability}self`")
            }
            _ => String::new(),
        };
        let message = format!(
            "what a method returns borrows from `self`, not for `{lifetime}`: \
             the library may be gone by then; return an owned value{or_else}"
        );
        errors.at(&lifetime, &message);
    }
}

/// `1.2`: the interface's version.
pub(crate) fn version(version: Option<&LitStr>, errors: &mut Errors) -> String {
    let Some(literal) = version else {
        return "1.0".to_owned();
    };
    let text = literal.value();
    if numbers(&text).is_none() {
        errors.at(&literal, "expected a version of two numbers, such as \"1.0\"");
    }
    text
}

/// The two numbers of a version, written as numbers are.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let number = |part: &str| part.parse::<u32>().ok().filter(|n| n.to_string() == part);
    let (major, minor) = version.split_once('.')?;
    Some((number(major)?, number(minor)?))
}

/// How an interface grew: later methods stand behind earlier ones.
pub(crate) struct History<'v> {
    version: &'v str,
    /// The version of the method before; `None` while it is the first one.
    before: Option<(u32, u32)>,
}

impl<'v> History<'v> {
    /// Of an interface that has arrived at `version`.
    pub(crate) fn of(version: &'v str) -> Self {
        History { version, before: None }
    }

    /// The version that the next method says it came with.
    pub(crate) fn since(&mut self, method: &TraitMethod, errors: &mut Errors) -> Option<String> {
        let name = &method.signature.ident;
        let [attribute, rest @ ..] = &method.since[..] else {
            if self.before.is_some() {
                errors.at(name, "this method stands behind a later one, where plugins that were built before do not have it: move it up, or say when it came, `#[since(\"..\")]`");
            }
            return None;
        };
        for again in rest {
            errors.at(again, "a method came once: leave one `#[since(\"..\")]`");
        }
        let Some(literal) = attribute.arguments().and_then(|a| syn::parse2::<LitStr>(a).ok())
        else {
            errors.at(
                attribute,
                "expected the version that the method came with, such as `#[since(\"1.1\")]`",
            );
            return None;
        };
        let Some(since) = numbers(&literal.value()) else {
            errors.at(&literal, "expected a version of two numbers, such as \"1.1\"");
            return None;
        };
        let own = numbers(self.version)?;
        if since.0 < own.0 || since == (own.0, 0) {
            errors.at(&literal, &format!(
                "a new major version begins anew, and what {}.0 began with has no `#[since]`: delete this one",
                own.0
            ));
            return None;
        }
        if since > own {
            errors.at(&literal, &format!(
                "expected a version after {}.0 and not after the interface's own, which is {}: say `#[plugin_interface(version = \"..\")]`",
                own.0, self.version
            ));
        } else if self.before.is_some_and(|before| since < before) {
            errors.at(&literal, "a method before this one came later: append methods in the order in which they came");
        }
        if !method.has_body() {
            errors.at(name, "a later method needs a default body, which runs where a plugin was built without it");
        }
        self.before = self.before.max(Some(since));
        Some(literal.value())
    }
}

pub(crate) fn implementation(item: &ItemImpl, interface: &Ident, errors: &mut Errors) {
    match &item.interface {
        None => errors.push(syn::Error::new(
            ends(&item.self_ty.to_token_stream()).0,
            format!("`#[plugin_impl({interface})]` goes on `impl {interface} for Type`"),
        )),
        Some(path) => {
            if path.last() != Some(interface) {
                errors.at(
                    path,
                    &format!("`#[plugin_impl({interface})]` goes on an impl of `{interface}`: name the same trait in both"),
                );
            }
        }
    }
    for parameter in &item.generics.params {
        if parameter.kind != Kind::Lifetime {
            errors.at(
                parameter,
                "a plugin cannot be generic: the host asks for one compiled type; write the impl for that type",
            );
        }
    }
    if let Some((token, _)) = &item.generics.where_clause {
        errors.at(
            &token,
            "a plugin cannot have a `where` clause: the host asks for one compiled type; write the impl for that type",
        );
    }
    let declared: Vec<_> = item.generics.of(Kind::Lifetime).map(|l| &l.ident).collect();
    for lifetime in lifetimes::written(&item.self_ty) {
        if lifetime.ident == "_" || declared.contains(&&lifetime.ident) {
            errors.at(
                &lifetime,
                "a plugin must own what it holds: the host keeps it for as long as it likes; put `String`s and `Vec`s into the type instead of borrows",
            );
        }
    }
}

/// A path to a constructor or a hook is read outside the impl.
pub(crate) fn function(path: &Path, errors: &mut Errors) {
    if let Some(first) = path.first().filter(|first| *first == "Self") {
        errors.at(&first, "`Self` is not known in the attribute: write the name of the type");
    }
}

/// A name that can be part of a symbol.
pub(crate) fn name(literal: &LitStr, errors: &mut Errors) -> Option<String> {
    let name = literal.value();
    let valid = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !valid {
        errors.at(&literal, "a name becomes part of a symbol: use letters, digits and `_`");
    }
    valid.then_some(name)
}
