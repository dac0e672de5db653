//! Rejects mistakes, each with an error that tells what to do instead.

pub(crate) mod built_in_objects;
pub(crate) mod returned_borrows;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use crate::attributes;
use crate::errors::Errors;
use crate::forever;
use crate::lifetimes;
use crate::model::Receiver;
use crate::spans::ends;
use crate::syntax::{
    self, Attribute, ItemImpl, ItemTrait, Kind, OtherItem, OtherKind, Path, Signature, TraitMethod,
    Type,
};
use crate::version::numbers;

pub(crate) fn interface_head(item: &ItemTrait, errors: &mut Errors) {
    for attribute in attributes::macros(&item.attrs) {
        errors.at(
            &attribute,
            "this may be a macro, which would get the trait with everything that `#[plugin_interface]` adds: write it above `#[plugin_interface]`; remove it if it is one of a tool, such as `diagnostic`, since a module of that name would make it a macro",
        );
    }
    if let Some(unsafety) = &item.unsafety {
        errors.at(
            unsafety,
            "an interface must be a safe trait: a host cannot check the promises of a plugin; remove `unsafe`",
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
            "an interface cannot have a `where` clause: write `Send`, `Sync` and `'static` as supertraits, and remove the rest",
        );
    }
    for bound in &item.supertraits {
        supertrait(bound, &item.ident, errors);
    }
}

/// Rejects supertraits that no `dyn` type has. The compiler decides about others.
fn supertrait(bound: &TokenStream, interface: &Ident, errors: &mut Errors) {
    let lifetimes = lifetimes::written(bound);
    let is_lifetime = !lifetimes.is_empty()
        && matches!(bound.clone().into_iter().next(), Some(TokenTree::Punct(_)));
    if is_lifetime {
        if lifetimes.iter().any(|lifetime| lifetime.ident != "static") {
            errors.at(&bound, "an interface cannot have lifetimes: write `'static`, or remove it");
        }
        return;
    }
    let path = Path::of(bound.clone());
    let Some(last) = path.as_ref().and_then(Path::last) else { return };
    let message = match last.to_string().as_str() {
        "Default" => {
            "delete it: `#[plugin_impl]` asks for `Default`, and no `dyn` type has it".to_owned()
        }
        "Sized" => {
            "delete it: `#[plugin_impl]` asks for a type with a size, and no `dyn` type has one"
                .to_owned()
        }
        "Clone" | "Copy" => format!(
            "no `dyn` type is `{last}`, and the instance stays in the plugin: remove it; if a host needs copies, add `fn clone_box(&self) -> Box<dyn {interface}>`"
        ),
        "PartialEq" | "Eq" | "PartialOrd" | "Ord" | "Hash" => format!(
            "no `dyn` type has `{last}`, since it names `Self` or is generic: remove it; if a host needs it, add a method, such as `fn key(&self) -> String`"
        ),
        _ => return,
    };
    errors.at(&bound, &message);
}

pub(crate) fn only_methods(item: &OtherItem, errors: &mut Errors) {
    let message = match item.kind {
        OtherKind::Const => "an interface cannot have constants: make it a method",
        OtherKind::Type => {
            "an interface cannot have associated types: name the type in the methods"
        }
        OtherKind::Macro => "an interface cannot contain macro calls: write the methods out",
        OtherKind::Qualified => {
            "a method of a trait is as visible as its trait, and has no `pub` and no `default`: remove it"
        }
        OtherKind::Unknown => "an interface can only have methods",
    };
    errors.at(item, message);
}

/// Rejects all receivers but `&self`, `&mut self` and `self: Box<Self>`.
pub(crate) fn receiver(signature: &Signature, errors: &mut Errors) -> Option<Receiver> {
    let receiver = signature.receiver.as_ref()?;
    refuse_static(receiver, errors);
    let found = Receiver::of(receiver);
    if found == Some(Receiver::Owned) && signature.asyncness.is_some() {
        errors.at(
            receiver,
            "an `async` method borrows the instance: take `&self` or `&mut self`, or return a `plugin_interface::BoxFuture<'static, T>` from a method that is not `async`",
        );
    }
    if found.is_none() {
        errors.at(receiver, receiver_advice(receiver));
    }
    found
}

/// Says why the instance cannot be taken like that, and how else.
fn receiver_advice(receiver: &syntax::Receiver) -> &'static str {
    let tokens: String = receiver.to_token_stream().into_iter().map(|t| t.to_string()).collect();
    let Some((_, ty)) = tokens.split_once(':') else {
        return "the instance stays in the plugin: take `self: Box<Self>`, which consumes an object that a method returned; or let the method take `&mut self`, and be empty afterwards";
    };
    if ty.starts_with('&') {
        return "no `dyn` type has a method that takes a reference to a pointer to itself: take `&self`; let a method that keeps the instance clone an `Arc` of its content";
    }
    if ty.contains("Arc<") || ty.contains("Rc<") {
        return "a host does not have the `Arc` of an instance, which stays in the plugin: take `&self`; let a method that keeps the instance clone an `Arc` of its content";
    }
    if ty.contains("Pin<") {
        return "the instance stays in the plugin, where it never moves: take `&mut self`, or return a future, `fn name(&self) -> plugin_interface::BoxFuture<'_, T>`";
    }
    "a method of an interface takes `&self`, `&mut self` or `self: Box<Self>`: the instance stays in the plugin"
}

pub(crate) fn signature(signature: &Signature, errors: &mut Errors) {
    if let Some(token) = &signature.constness {
        errors.at(&token, "an interface method cannot be `const`: it is called through a vtable");
    }
    if let Some(token) = &signature.unsafety {
        errors.at(
            &token,
            "an interface method must be safe: a host cannot know the safety conditions of a plugin; remove `unsafe`",
        );
    }
    if !signature.abi.is_empty() {
        errors.at(
            &signature.abi,
            "an interface method cannot have an ABI: the macro writes the `extern \"C\"` function; remove it",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "an interface method cannot be variadic: take a slice");
    }
    for parameter in signature.generics.of(Kind::Type) {
        errors.at(
            parameter,
            "an interface method cannot be generic: a vtable holds one compiled version; name the type, or keep it out of the interface by `where Self: Sized`",
        );
    }
    for parameter in signature.generics.of(Kind::Const) {
        errors.at(
            parameter,
            "an interface method cannot be generic: a vtable holds one compiled version; take a slice, or keep it out of the interface by `where Self: Sized`",
        );
    }
    if let Some((token, _)) = &signature.generics.where_clause
        && !signature.is_rewritten()
    {
        errors.at(
            &token,
            "an interface method can only have the clause `where Self: Sized`, which keeps it out of the interface; remove this one",
        );
    }
}

/// The reason why a method is not in the interface.
pub(crate) const IS_SIZED: &str = "a function without `self`, or with `where Self: Sized`, is not in the interface, since no `dyn` has it: remove the attribute, or let it be a method";
pub(crate) const IS_UPCAST: &str = "a method that returns `self` as a `dyn Any` is not in the interface, since the instance stays in its library: remove the attribute";

/// Returns the supertrait that declares a method with `#[inherit(Super)]`.
pub(crate) fn inherited(
    method: &TraitMethod,
    supertraits: &[TokenStream],
    errors: &mut Errors,
) -> Option<Path> {
    let [attribute, rest @ ..] = &method.inherit[..] else { return None };
    for again in rest {
        errors.at(again, "a method is declared in one trait: keep one `#[inherit(..)]`");
    }
    for since in &method.since {
        errors.at(since, "a plugin has the methods of each supertrait from the beginning: remove `#[since]`, or declare the method in this trait");
    }
    if let Some(body) = method.body_group() {
        errors.at(body, "the supertrait has the body of its method, if there is one: write `;`");
    }
    if let Some(token) = &method.signature.asyncness {
        errors.at(token, "an inherited method cannot be `async`: return a `plugin_interface::BoxFuture`, as the supertrait has to");
    }
    let path = attribute.arguments().filter(|path| !path.is_empty()).and_then(Path::of);
    let Some(path) = path else {
        errors.at(
            attribute,
            "expected the supertrait that declares this method: `#[inherit(Super)]`",
        );
        return None;
    };
    let text = |tokens: TokenStream| tokens.to_string().replace(' ', "");
    let wanted = text(path.to_token_stream());
    if !supertraits.iter().any(|bound| text(bound.clone()) == wanted) {
        errors.at(&path, "this is no supertrait of the interface: write it behind the name of the trait in the same way, as in `trait Tool: Super`");
        return None;
    }
    Some(path)
}

/// Rejects what only a method of the interface can have.
pub(crate) fn local_method(method: &TraitMethod, reason: &str, errors: &mut Errors) {
    let of_parameters = method.signature.parameters.iter().flat_map(|parameter| &parameter.ffi);
    for attribute in method.since.iter().chain(&method.ffi).chain(of_parameters) {
        errors.at(attribute, reason);
    }
}

/// Rejects attributes that may change the signature behind the macro's back. The
/// generated code has the signature that is written.
pub(crate) fn method_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes::macros_of_method(attributes) {
        errors.at(
            &attribute,
            "this may be a macro, which could change the method after `#[plugin_interface]` has read it: write it on the method of an implementation, or remove it",
        );
    }
}

pub(crate) fn parameter_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| attribute.is("cfg")) {
        errors.at(
            attribute,
            "a parameter of an interface method cannot depend on `cfg`: put the `cfg` on the method, and write a method for each case",
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

/// Rejects `Self`, since a host does not know the type of the plugin.
fn refuse_self_type(ty: &Type, errors: &mut Errors) {
    if let Some(token) = keyword(ty, "Self") {
        errors.at(
            &token,
            "an interface method cannot name `Self`: the host does not know the plugin's type; name another type",
        );
    }
}

/// Rejects `'static` borrows: arguments and `self` are borrowed for the call.
fn refuse_static(taken: &impl ToTokens, errors: &mut Errors) {
    for lifetime in lifetimes::borrowed(&forever::without(taken)) {
        if lifetime.ident == "static" {
            errors.at(
                &lifetime,
                "an argument is borrowed for the call, not for `'static`: remove the lifetime, and copy the data that has to stay",
            );
        }
    }
}

/// The first `word` in a type, at any depth, but not `word::`: the type behind
/// `Self::Item` is rejected at its declaration.
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

pub(crate) fn return_type(signature: &Signature, output: &Type, errors: &mut Errors) {
    if signature.is_rewritten() {
        return;
    }
    if let Some(token) = keyword(output, "impl") {
        errors.at(&token, "an interface method cannot return `impl Trait`: name the type");
    }
    refuse_self_type(output, errors);
    returned_borrows::in_output(output, errors);
    if output.is_never() {
        errors
            .at(output, "an interface method must return: remove `-> !`; a call that fails panics");
    }
    match &signature.asyncness {
        Some(_) => value_of_future(output, errors),
        None => borrowed_from_self(signature, output, errors),
    }
}

/// Rejects what a method with a future cannot have.
pub(crate) fn async_method(method: &TraitMethod, has_future: bool, errors: &mut Errors) {
    for attribute in method.ffi.iter().filter(|_| has_future) {
        errors.at(
            attribute,
            "a module converts what a method returns, and an `async` method returns a future: wrap the type in one of yours, with `#[ffi(with = ..)]` on its field",
        );
    }
}

/// Rejects a value of a future that borrows.
fn value_of_future(value: &Type, errors: &mut Errors) {
    if lifetimes::borrows(&forever::without(value)) {
        errors.at(
            value,
            "the value of an `async` method must own its data, since it can outlive the future: return an owned value such as `String` or `Vec<T>`",
        );
    }
}

/// Rejects return values that borrow from anything but `self`, whose owner keeps
/// the library loaded. The compiler would reject them too, with a worse message.
fn borrowed_from_self(signature: &Signature, output: &Type, errors: &mut Errors) {
    let is_consumed = signature.receiver.as_ref().is_some_and(syntax::Receiver::is_boxed);
    if is_consumed && lifetimes::borrows(&forever::without(output)) {
        errors.at(
            output,
            "this call consumes `self`, so nothing can borrow from it: return an owned value",
        );
        return;
    }
    returned_borrows::of_arguments(signature, output, errors);
    for lifetime in lifetimes::borrowed(&forever::without(output)) {
        let is_known = lifetime.ident == "_" || signature.is_outlived_by_self(&lifetime);
        if is_known || signature.is_of_arguments(&lifetime) {
            continue;
        }
        let or_else = match &signature.receiver {
            Some(receiver) if lifetime.ident != "static" => {
                let mutability = receiver.mutability.as_ref().map_or("", |_| "mut ");
                format!(", or borrow `self` for as long: `&{lifetime} {mutability}self`")
            }
            _ => String::new(),
        };
        let message = format!(
            "a return value can only borrow from `self`, not for `{lifetime}`: the library may be \
             unloaded by then; return an owned value{or_else}"
        );
        errors.at(&lifetime, &message);
    }
}

/// The version of the interface, such as `1.2`.
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

/// The history of an interface: methods in the order in which they were added.
pub(crate) struct History<'v> {
    version: &'v str,
    /// The version of the previous method; `None` if it is the first version.
    before: Option<(u32, u32)>,
}

impl<'v> History<'v> {
    /// The history of an interface whose current version is `version`.
    pub(crate) fn of(version: &'v str) -> Self {
        History { version, before: None }
    }

    /// Reads the version that added the next method.
    pub(crate) fn since(&mut self, method: &TraitMethod, errors: &mut Errors) -> Option<String> {
        let name = &method.signature.ident;
        let [attribute, rest @ ..] = &method.since[..] else {
            if self.before.is_some() {
                errors.at(name, "this method follows one with `#[since]`, so older plugins do not have it: move it up, or add the version that added it, `#[since(\"..\")]`");
            }
            return None;
        };
        for again in rest {
            errors.at(again, "a method is added once: keep one `#[since(\"..\")]`");
        }
        let Some(literal) = attribute.arguments().and_then(|a| syn::parse2::<LitStr>(a).ok())
        else {
            errors.at(
                attribute,
                "expected the version that added the method, such as `#[since(\"1.1\")]`",
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
                "a new major version starts again: methods of {}.0 have no `#[since]`; remove it",
                own.0
            ));
            return None;
        }
        if since > own {
            errors.at(&literal, &format!(
                "this method is since {added}, but the interface has version {}: write `#[plugin_interface(version = \"{added}\")]`",
                self.version,
                added = literal.value(),
            ));
        } else if self.before.is_some_and(|before| since < before) {
            errors.at(&literal, "a previous method has a higher version: append methods in the order of their versions");
        }
        if !method.has_body() {
            errors.at(name, "a method with `#[since]` needs a default body, which runs if a plugin was built without it");
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
                "a plugin must own its data: the host decides how long it lives; use owned types such as `String` and `Vec` instead of borrows",
            );
        }
    }
}

/// Rejects `Self` in the path of a constructor or a hook, which is used outside
/// the impl.
pub(crate) fn function(path: &Path, errors: &mut Errors) {
    if let Some(first) = path.first().filter(|first| *first == "Self") {
        errors.at(&first, "`Self` has no meaning in the attribute: write the name of the type");
    }
}

/// Rejects a name that cannot be part of a symbol.
pub(crate) fn name(literal: &LitStr, errors: &mut Errors) -> Option<String> {
    let name = literal.value();
    let valid = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !valid {
        errors.at(&literal, "a name becomes part of a symbol: use letters, digits and `_`");
    }
    valid.then_some(name)
}

/// Rejects an identifier that cannot be part of a symbol.
pub(crate) fn is_ascii(name: &Ident, instead: &str, errors: &mut Errors) {
    if !name.to_string().is_ascii() {
        let message = format!(
            "`{name}` becomes part of a symbol, which the linker reads as ASCII: {instead}"
        );
        errors.at(name, &message);
    }
}
