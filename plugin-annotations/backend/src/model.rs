//! The model of an interface, a plugin and a library.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::changed::Changed;
use crate::forever;
use crate::lifetimes;
use crate::of_self;
use crate::printed::Printed;
use crate::spans::place_of_unknown;
use crate::syntax::{Attribute, ItemTrait, Kind, Path, Signature, Type};
use crate::with::With;

/// A trait that becomes an interface.
pub(crate) struct Interface {
    /// `plugin-interface`.
    pub(crate) krate: Path,
    /// The same in links of the documentation.
    pub(crate) documented: Path,
    pub(crate) item: ItemTrait,
    /// Its `#[allow(..)]` attributes, which the generated items get too.
    pub(crate) lints: Vec<Attribute>,
    /// The condition of each `#[automock]`.
    pub(crate) mocks: Vec<TokenStream>,
    /// For its `async` methods.
    pub(crate) sends: Sends,
    pub(crate) version: String,
    /// The path that identifies it, if not its own.
    pub(crate) path: Option<String>,
    /// Its supertraits that a plugin prints.
    pub(crate) printed: Printed,
    pub(crate) methods: Vec<Method>,
    /// The methods that are not in the table and that a proxy needs.
    pub(crate) local: Vec<LocalMethod>,
}

impl Interface {
    /// The supertraits whose methods are in the interface, and the methods of each.
    pub(crate) fn inherited(&self) -> Vec<(&Path, Vec<&Method>)> {
        let mut all: Vec<(&Path, Vec<&Method>)> = Vec::new();
        for method in &self.methods {
            let Declared::In(path) = &method.of else { continue };
            let text = path.to_token_stream().to_string();
            match all.iter_mut().find(|(known, _)| known.to_token_stream().to_string() == text) {
                Some((_, methods)) => methods.push(method),
                None => all.push((path, vec![method])),
            }
        }
        all
    }

    /// Returns `true` if its proxies may keep copies of what methods return by
    /// reference.
    pub(crate) fn keeps_copies(&self) -> bool {
        let is_in = |method: &Method| !method.copied(&self.krate).is_empty();
        self.printed.has_causes() || self.methods.iter().any(is_in)
    }
}

/// A method that is not in the interface: with `where Self: Sized` and without a
/// body, or one that returns `self` as a `dyn Any`.
pub(crate) struct LocalMethod {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// Is `true` if it returns `self`.
    pub(crate) is_upcast: bool,
}

/// A method of an interface.
pub(crate) struct Method {
    /// Its `#[cfg(..)]` attributes, which everything emitted for it gets too.
    pub(crate) cfgs: Vec<Attribute>,
    /// Its `#[allow(..)]` attributes, which every function emitted for it gets too.
    pub(crate) lints: Vec<Attribute>,
    /// Its documentation.
    pub(crate) docs: Vec<Attribute>,
    /// The version of the interface that added it, if not the first one.
    pub(crate) since: Option<String>,
    pub(crate) signature: Signature,
    /// The signature as it was written, if it is `async`.
    pub(crate) written: Option<Signature>,
    /// `true` if it returns a future that borrows all its arguments.
    pub(crate) has_future: bool,
    pub(crate) of: Declared,
    /// The index of the parameter that is a `&mut fmt::Formatter`. In `parameters` and
    /// `output` is what is passed in place of it and of the return value.
    pub(crate) formatter: Option<usize>,
    /// The parameters that its future changes. In `parameters` and `output` is what is
    /// passed in place of them and of the return value.
    pub(crate) changed: Vec<Changed>,
    pub(crate) receiver: Receiver,
    pub(crate) parameters: Vec<Parameter>,
    /// `()` if none is written.
    pub(crate) output: Type,
    pub(crate) output_with: Option<With>,
}

impl Method {
    pub(crate) fn is_here(&self) -> bool {
        matches!(self.of, Declared::Here)
    }

    /// The place of its one type that may not be FFI-safe, if it is one.
    pub(crate) fn place(&self) -> Option<Span> {
        let mut types: Vec<_> =
            self.parameters.iter().map(Parameter::carrier).chain([self.returned()]).collect();
        for changed in self.changed.iter().rev() {
            types[changed.index()] = changed.referent().clone();
            types[self.parameters.len()] = changed.value().clone();
        }
        place_of_unknown(&types)
    }

    /// The same, if its future changes parameters.
    pub(crate) fn place_of_changed(&self) -> Option<Span> {
        self.place().filter(|_| !self.changed.is_empty())
    }

    /// Returns `true` if its return value may borrow from this argument. A lifetime
    /// that is not written belongs to its argument alone.
    pub(crate) fn may_return(&self, parameter: &Parameter) -> bool {
        let of_self = self.signature.receiver.as_ref().and_then(|self_| self_.lifetime.as_ref());
        // One that is not written is that of `self`.
        let returned = lifetimes::borrowed(&self.output).into_iter().map(|found| found.ident);
        let returned: Vec<_> = returned.chain(of_self.map(|found| found.ident.clone())).collect();
        let taken = lifetimes::borrowed(&parameter.ty);
        let mut named = taken.iter().filter(|found| found.ident != "_");
        lifetimes::borrows(&self.output)
            && named.any(|found| self.has_bounds() || returned.contains(&found.ident))
    }

    /// Returns `true` if its return value borrows, and not from this argument.
    pub(crate) fn must_end_first(&self, parameter: &Parameter) -> bool {
        !self.has_future && lifetimes::borrows(&self.output) && !self.may_return(parameter)
    }

    /// Returns `true` if one lifetime of it may be known to outlive another: that is
    /// written, or the type of a parameter requires it.
    fn has_bounds(&self) -> bool {
        self.signature.generics.of(Kind::Lifetime).any(|lifetime| !lifetime.bounds.is_empty())
            || self.parameters.iter().any(|parameter| lifetimes::may_imply_bounds(&parameter.ty))
    }

    /// Returns `true` if its return value borrows from arguments, and not from `self`:
    /// it may outlive the proxy.
    pub(crate) fn borrows_arguments(&self) -> bool {
        !self.has_future
            && lifetimes::borrowed(&forever::without(&self.output))
                .iter()
                .any(|found| self.signature.is_of_arguments(found))
    }

    /// The lifetimes of a parameter that its type's name does not show, as a constant.
    pub(crate) fn unseen_lifetimes(
        &self,
        krate: &Path,
        parameter: &Parameter,
        shape: &TokenStream,
    ) -> TokenStream {
        if let Some(changed) = self.changed(parameter) {
            return changed.lifetimes();
        }
        let word = if self.borrows_arguments() { "'return" } else { "'self" };
        let is_returned = |name: &Ident| self.may_be_returned(parameter, name);
        let text = lifetimes::unseen(word, &parameter.ty, &is_returned);
        match text.contains(word) {
            true => text.to_token_stream(),
            false => of_objects(krate, shape, &text),
        }
    }

    /// Returns how its future changes this parameter, if it does.
    pub(crate) fn changed(&self, parameter: &Parameter) -> Option<&Changed> {
        let is_it =
            |changed: &&Changed| core::ptr::eq(&self.parameters[changed.index()], parameter);
        self.changed.iter().find(is_it)
    }

    /// Returns `true` if the return value may have a lifetime of a parameter.
    pub(crate) fn may_be_returned(&self, parameter: &Parameter, name: &Ident) -> bool {
        let is_named = name != "_" && name != "static";
        if self.borrows_arguments() {
            return is_named && self.may_return(parameter);
        }
        if self.has_future {
            return name != "static";
        }
        let of_self = self.signature.receiver.as_ref().and_then(|self_| self_.lifetime.as_ref());
        // One that is bounded may outlive that of `self`.
        let is_bounded = || is_named && self.has_bounds();
        of_self.is_some_and(|of_self| {
            lifetimes::borrows(&self.output) && (*name == of_self.ident || is_bounded())
        })
    }

    /// Those of the return value, all of which are that of `self`.
    pub(crate) fn unseen_lifetimes_of_return(
        &self,
        krate: &Path,
        shape: &TokenStream,
    ) -> TokenStream {
        if self.borrows_arguments() {
            return "'argument".to_token_stream();
        }
        of_objects(krate, shape, &lifetimes::unseen("", &self.output, &|_| false))
    }

    /// Returns `true` if an argument could leak because another one panics while it
    /// is passed, or is rejected. Foreign code can run meanwhile: a `clone`, a `hash`
    /// or a converting module.
    pub(crate) fn may_lose_arguments(&self) -> bool {
        let may_fail = |p: &&Parameter| p.with.is_some() || !p.ty.is_number();
        let owns = |p: &Parameter| p.with.is_some() || !(p.ty.is_scalar() || p.ty.is_borrowed());
        let risky = || self.parameters.iter().filter(may_fail);
        risky().count() > 1 && risky().any(owns)
    }
}

/// The lifetimes in a text, of which none counts unless the type owns an object.
fn of_objects(krate: &Path, shape: &TokenStream, text: &str) -> TokenStream {
    match text {
        "" => quote!(""),
        text => quote!(#krate::__private::of_objects(#shape, #text)),
    }
}

/// The place where a method of an interface is declared.
pub(crate) enum Declared {
    /// The trait itself.
    Here,
    /// A supertrait, by `#[inherit(Super)]`.
    In(Path),
    /// Nowhere: it is one of `Printed`.
    Printed,
}

/// For each receiver, states whether futures that borrow it are `Send`.
#[derive(Clone, Copy)]
pub(crate) struct Sends {
    pub(crate) shared: bool,
    pub(crate) exclusive: bool,
}

impl Sends {
    pub(crate) fn of_receiver(self, receiver: Receiver) -> bool {
        match receiver {
            Receiver::Ref => self.shared,
            Receiver::RefMut | Receiver::Owned => self.exclusive,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Ref,
    RefMut,
    /// `self: Box<Self>`
    Owned,
}

pub(crate) struct Parameter {
    /// The name to show: `_` if it has none.
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) with: Option<With>,
}

impl Method {
    /// The type of the return value that is passed.
    pub(crate) fn returned(&self) -> TokenStream {
        carrier(&self.output, self.output_with.as_ref())
    }

    /// The type in which its caller reads the return value.
    pub(crate) fn received(&self, krate: &Path) -> TokenStream {
        self.read(krate, self.returned())
    }

    /// The same of a type within it.
    pub(crate) fn read(&self, krate: &Path, ty: TokenStream) -> TokenStream {
        let received = forever::received(krate, ty);
        match self.borrows_arguments() {
            true => received,
            false => of_self::read(krate, received),
        }
    }

    /// The types of which the proxy may have to keep copies.
    pub(crate) fn copied(&self, krate: &Path) -> Vec<TokenStream> {
        match self.borrows_arguments() {
            true => Vec::new(),
            false => {
                let items = self.output_with.iter().flat_map(With::items).cloned();
                of_self::all_in(krate, self.returned()).into_iter().chain(items).collect()
            }
        }
    }
}

impl Parameter {
    /// The type that is passed.
    pub(crate) fn carrier(&self) -> TokenStream {
        carrier(&self.ty, self.with.as_ref())
    }
}

fn carrier(ty: &Type, with: Option<&With>) -> TokenStream {
    with.map_or_else(|| ty.to_token_stream(), With::carrier)
}

/// An impl that becomes a plugin.
pub(crate) struct Registration {
    /// `plugin-interface`.
    pub(crate) krate: Path,
    pub(crate) interface: Path,
    /// The last segment of `interface`.
    pub(crate) interface_name: Ident,
    pub(crate) ty: Type,
    /// Its name in symbols and listings.
    pub(crate) name: String,
    /// The constructor, if it is not `Default`.
    pub(crate) new: Option<Path>,
    /// The hook that runs before an instance is dropped.
    pub(crate) stop: Option<Path>,
    /// `true` if the next version takes over its state.
    pub(crate) keeps_state: bool,
    /// `true` if it is started and stopped.
    pub(crate) has_lifecycle: bool,
    /// `true` if its async methods are polled within a runtime of its own.
    pub(crate) has_runtime: bool,
    /// The type of its settings.
    pub(crate) config: Option<Path>,
    /// The interfaces of the services without which it is not created.
    pub(crate) needs: Vec<Path>,
    /// The interfaces of the services that it provides to other plugins.
    pub(crate) provides: Vec<Path>,
    /// The impl's `#[allow(..)]` attributes.
    pub(crate) lints: Vec<Attribute>,
}

/// A crate that becomes a library of plugins.
pub(crate) struct Aggregates {
    /// `plugin-interface`.
    pub(crate) krate: Path,
    pub(crate) interface: Path,
    /// The last segment of `interface`.
    pub(crate) interface_name: Ident,
    /// The item's `#[allow(..)]` attributes.
    pub(crate) lints: Vec<Attribute>,
}

/// The static that `plugin_aggregates` defines at the crate root and that
/// `plugin_impl` names. If it is missing or defined twice, its name explains why.
pub(crate) fn counter_name(interface_name: &Ident) -> Ident {
    quote::format_ident!(
        "write_plugin_aggregates_{}_once_at_the_crate_root",
        interface_name,
        span = interface_name.span()
    )
}
