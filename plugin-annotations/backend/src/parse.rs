//! From tokens to the model. Anything that the model cannot express is an error
//! here; other mistakes are errors in `check`.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use crate::args::Args;
use crate::async_fn;
use crate::attributes;
use crate::check;
use crate::errors::Errors;
use crate::formatted;
use crate::identity;
use crate::model::{
    Aggregates, Declared, Interface, LocalMethod, Method, Parameter, Receiver, Registration, Sends,
};
use crate::printed::Printed;
use crate::syntax::{
    self, Attribute, ItemImpl, ItemTrait, Path, Signature, TraitItem, TraitMethod, Type,
};
use crate::with::With;

pub(crate) fn interface(
    args: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Interface> {
    let args = errors.keep(Args::parse(args, false, &["version", "path", "crate"]));
    let mut item = errors.keep(syn::parse2::<ItemTrait>(item))?;
    let args = args?;
    check::interface_head(&item, errors);
    let version = check::version(args.version.as_ref(), errors);
    let name = item.ident.unraw().to_string();
    let path = identity::check(args.path.as_ref(), Some(&name), errors);
    let printed = Printed::of(&item);
    printed.refuse_same_names(&item, errors);
    let (mut methods, mut local) = (Vec::new(), Vec::new());
    methods.extend(printed.methods().filter_map(printed_method));
    let mut history = check::History::of(&version);
    let (sends, krate) = (async_fn::sends(&item), args.crate_path());
    let supertraits = item.supertraits.clone();
    item.items.iter_mut().for_each(async_fn::impl_future::in_trait);
    item.items.iter_mut().for_each(keep_out_without_self);
    for item in &mut item.items {
        match item {
            TraitItem::Method(found) if found.signature.is_sized() => {
                check::method_attributes(&found.attrs, errors);
                check::local_method(found, check::IS_SIZED, errors);
                local.extend((!found.has_body()).then(|| local_method(found, false)));
            }
            TraitItem::Method(found) if found.signature.is_upcast() => {
                check::method_attributes(&found.attrs, errors);
                check::local_method(found, check::IS_UPCAST, errors);
                local.push(local_method(found, true));
            }
            TraitItem::Method(found) if !found.inherit.is_empty() => {
                history.since(found, errors);
                let path = check::inherited(found, &supertraits, errors);
                let method = method(found, None, sends, &krate, errors);
                methods.extend(
                    method
                        .zip(path)
                        .map(|(method, path)| Method { of: Declared::In(path), ..method }),
                );
            }
            TraitItem::Method(found) => {
                let since = history.since(found, errors);
                found.attrs.extend(since.iter().flat_map(|since| added_in(since)));
                methods.extend(method(found, since, sends, &krate, errors));
            }
            TraitItem::Other(other) => check::only_methods(other, errors),
        }
    }
    forget_twins(&mut methods);
    let (lints, mocks) = (attributes::lints(&item.attrs), attributes::automocks(&item.attrs));
    item.attrs = attributes::inert(&item.attrs);
    let documented = krate.clone();
    Some(Interface {
        documented,
        sends,
        krate,
        item,
        lints,
        mocks,
        version,
        path,
        printed,
        methods,
        local,
    })
}

/// Forgets all but the first of the methods of one name. The compiler says where they are,
/// and would say so of each item that is made of them.
fn forget_twins(methods: &mut Vec<Method>) {
    let mut names = BTreeSet::new();
    methods.retain(|method| {
        // Of those with a `cfg`, one may be there.
        !method.cfgs.is_empty() || names.insert(method.signature.ident.to_string())
    });
}

/// Adds `where Self: Sized` to a function without `self`, such as a constructor: no
/// `dyn` has it.
fn keep_out_without_self(item: &mut TraitItem) {
    let TraitItem::Method(method) = item else { return };
    let signature = &mut method.signature;
    if signature.receiver.is_none() && !signature.is_sized() {
        signature.generics.add_where(quote!(where Self: ::core::marker::Sized));
    }
}

fn local_method(method: &TraitMethod, is_upcast: bool) -> LocalMethod {
    LocalMethod {
        cfgs: attributes::cfgs(&method.attrs),
        lints: attributes::lints(&method.attrs),
        signature: method.signature.clone(),
        is_upcast,
    }
}

/// The paragraph of documentation about the version that added a method.
fn added_in(since: &str) -> [Attribute; 2] {
    let text = format!("Since version {since}. Plugins that lack it run its default body.");
    [Attribute::doc(""), Attribute::doc(&text)]
}

/// The method of a trait, whose signature is rewritten if it is `async`.
fn method(
    method: &mut TraitMethod,
    since: Option<String>,
    sends: Sends,
    krate: &Path,
    errors: &mut Errors,
) -> Option<Method> {
    let written = method.signature.clone();
    check::method_attributes(&method.attrs, errors);
    let receiver = check::receiver(&written, errors);
    check::signature(&written, errors);
    check::return_type(&written, &output(&written), errors);
    let has_future = async_fn::rewrite(method, sends) || written.is_rewritten();
    check::async_method(method, has_future, errors);
    let signature = &method.signature;
    let mut parameters = Vec::new();
    for (parameter, written) in signature.parameters.iter().zip(&written.parameters) {
        let name = match written.name() {
            Some(name) => name.unraw().to_string(),
            None if written.is_nameless() => "_".to_owned(),
            None => {
                let message = "name the parameter: a pattern has no name to show in metadata";
                errors.at(&written.pattern, message);
                continue;
            }
        };
        check::parameter_attributes(&parameter.attrs, errors);
        check::parameter_type(&parameter.ty, errors);
        let with = With::of(&parameter.ffi, &parameter.ty.to_token_stream(), errors);
        if with.is_none() {
            check::built_in_objects::closures(&parameter.ty, errors);
            check::built_in_objects::iterators(&parameter.ty, false, errors);
        }
        parameters.push(Parameter { name, ty: parameter.ty.clone(), with });
    }
    let formatter = formatted::index(signature).filter(|_| method.ffi.is_empty() && !has_future);
    let mut output_type = output(signature);
    if let Some(parameter) = formatter.and_then(|index| parameters.get_mut(index)) {
        let (name, ty) = formatted::parameter();
        *parameter = Parameter { name, ty, with: None };
        output_type = formatted::output(&output_type);
    }
    let receiver = receiver?;
    let mut changed = Vec::new();
    if written.asyncness.is_some() && has_future {
        let sends = sends.of_receiver(receiver);
        let (all, output) = (&mut parameters, &mut output_type);
        changed = async_fn::exclusive::replace(krate, &written, sends, all, output, errors);
    }
    let tokens = output(signature).to_token_stream();
    let output_with = With::of(&method.ffi, &tokens, errors)
        .or_else(|| With::of_items(krate, &tokens).filter(|_| !has_future));
    if output_with.is_none() && !has_future {
        check::built_in_objects::closures(&output(signature), errors);
        check::built_in_objects::iterators(&output(signature), true, errors);
    }
    let method = Method {
        cfgs: attributes::cfgs(&method.attrs),
        docs: attributes::docs(&method.attrs),
        lints: attributes::lints(&method.attrs),
        since,
        signature: signature.clone(),
        written: written.asyncness.is_some().then_some(written),
        has_future,
        of: Declared::Here,
        formatter,
        changed,
        receiver,
        parameters,
        output: output_type,
        output_with,
    };
    check::returned_borrows::of_parameters(&method, errors);
    check::returned_borrows::told_apart(&method, errors);
    Some(method)
}

/// A method by which a proxy prints, of its signature and its documentation.
fn printed_method((signature, doc): (TokenStream, &str)) -> Option<Method> {
    let signature: Signature = syn::parse2(signature).ok()?;
    let parameter = |found: &syntax::Parameter| {
        Some(Parameter { name: found.name()?.to_string(), ty: found.ty.clone(), with: None })
    };
    Some(Method {
        cfgs: Vec::new(),
        docs: vec![Attribute::doc(doc)],
        lints: Vec::new(),
        since: None,
        written: None,
        has_future: false,
        of: Declared::Printed,
        formatter: None,
        changed: Vec::new(),
        receiver: Receiver::Ref,
        parameters: signature.parameters.iter().filter_map(parameter).collect(),
        output: output(&signature),
        output_with: None,
        signature,
    })
}

/// The type that a method returns.
fn output(signature: &Signature) -> Type {
    signature.output.as_ref().map_or_else(Type::unit, |(_, ty)| ty.clone())
}

impl Receiver {
    /// The receiver, if it is `&self`, `&mut self` or `self: Box<Self>`.
    pub(crate) fn of(receiver: &syntax::Receiver) -> Option<Receiver> {
        match &receiver.mutability {
            None if receiver.is_boxed() => Some(Receiver::Owned),
            _ if !receiver.is_reference() => None,
            Some(_) => Some(Receiver::RefMut),
            None => Some(Receiver::Ref),
        }
    }
}

pub(crate) fn registration(
    args: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Registration> {
    let allowed = [
        "new",
        "stop",
        "state",
        "lifecycle",
        "config",
        "runtime",
        "needs",
        "provides",
        "name",
        "crate",
    ];
    let args = errors.keep(Args::parse(args, true, &allowed));
    let item = errors.keep(syn::parse2::<ItemImpl>(item))?;
    let args = args?;
    let interface = args.interface.clone()?;
    let interface_name = last_ident(&interface);
    check::implementation(&item, &interface_name, errors);
    check::is_ascii(&interface_name, "rename the interface", errors);
    for function in [&args.new, &args.stop].into_iter().flatten() {
        check::function(function, errors);
    }
    if let Some(config) = args.config.as_ref().filter(|_| !cfg!(feature = "config")) {
        errors.at(config, "`config` needs the feature `config` of plugin-interface");
    }
    if let Some(place) = args.runtime.filter(|_| !cfg!(feature = "tokio")) {
        let message = "`runtime = tokio` needs the feature `tokio` of plugin-interface";
        errors.push(syn::Error::new(place, message));
    }
    let name = match &args.name {
        Some(name) => check::name(name, errors),
        None => type_name(&item.self_ty, errors),
    };
    Some(Registration {
        krate: args.crate_path(),
        interface,
        interface_name,
        ty: item.self_ty,
        name: name?,
        new: args.new,
        stop: args.stop,
        keeps_state: args.state.is_some(),
        has_lifecycle: args.lifecycle.is_some(),
        config: args.config,
        has_runtime: args.runtime.is_some(),
        needs: args.needs.unwrap_or_default(),
        provides: args.provides.unwrap_or_default(),
        lints: attributes::lints(&item.attrs),
    })
}

/// The type's own name, if it identifies the type.
fn type_name(ty: &Type, errors: &mut Errors) -> Option<String> {
    let Some(path) = ty.path() else {
        errors.at(ty, "only a type with a name can be a plugin: wrap this type in a struct");
        return None;
    };
    if has_type_parameters(path.arguments()) {
        let message = "a type with parameters needs an explicit name: \
                       `#[plugin_impl(Trait, name = \"..\")]`";
        errors.at(path.arguments(), message);
        return None;
    }
    let name = path.last()?;
    let instead = "rename the type, or add a name: `#[plugin_impl(Trait, name = \"..\")]`";
    check::is_ascii(name, instead, errors);
    Some(name.unraw().to_string())
}

/// Returns `true` if there is anything but lifetimes.
fn has_type_parameters(arguments: &TokenStream) -> bool {
    let mut tokens = arguments.clone().into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => drop(tokens.next()),
            TokenTree::Punct(_) => {}
            _ => return true,
        }
    }
    false
}

pub(crate) fn aggregates(
    args: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<Aggregates> {
    let args = errors.keep(Args::parse(args, true, &["crate"]))?;
    let interface = args.interface.clone()?;
    let interface_name = last_ident(&interface);
    check::is_ascii(&interface_name, "rename the interface", errors);
    let lints = attributes::lints(&attributes::divided(item).0);
    Some(Aggregates { krate: args.crate_path(), interface, interface_name, lints })
}

fn last_ident(path: &Path) -> Ident {
    path.last().cloned().unwrap_or_else(|| format_ident!("_"))
}
