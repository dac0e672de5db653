//! Closures whose arguments borrow in a way for which the core has no type:
//! `&mut dyn FnMut(&dyn Tool)`, `Box<dyn Fn(Option<&str>, &mut T) -> u32 + Send>`.
//!
//! A type is written around the closure, and a pointer to it is passed.
//!
//! ```text
//! Input:  fn each(&self, call: &mut dyn FnMut(&dyn Tool));
//! Output: struct __Tool_each_0<'b>(dyn FnMut(&dyn Tool) + 'b);
//! Passed: &'_ mut __Tool_each_0<'_>
//! ```

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use crate::items_of_self::arguments;
use crate::lifetimes;
use crate::owning::{end_of_reference, owning};
use crate::replace::is_punct;
use crate::spans::ffi_item;
use crate::syntax::{Path, divide, flat};

/// The closures of a method, as far as a type is written around them. It is named after
/// the method and the number of the closure.
pub(crate) struct Names<'a> {
    pub(crate) method: &'a Ident,
    pub(crate) interface: &'a Ident,
    pub(crate) next: usize,
}

impl Names<'_> {
    fn next(&mut self) -> Ident {
        let number = self.next;
        self.next += 1;
        format_ident!("__{}_{}_{number}", self.interface, self.method)
    }
}

/// The pointer to a closure.
#[derive(Clone, Copy)]
pub(crate) enum Pointer {
    Ref,
    Mut,
    Box,
    Arc,
}

impl Pointer {
    /// The function of the core that makes the pointer one to the written type.
    fn wrap(self) -> &'static str {
        match self {
            Pointer::Ref => "wrap_ref",
            Pointer::Mut => "wrap_mut",
            Pointer::Box => "wrap_box",
            Pointer::Arc => "wrap_arc",
        }
    }

    fn unwrap(self) -> &'static str {
        match self {
            Pointer::Ref => "unwrap_ref",
            Pointer::Mut => "unwrap_mut",
            Pointer::Box => "unwrap_box",
            Pointer::Arc => "unwrap_arc",
        }
    }
}

/// A closure, and the type around it.
pub(crate) struct Written {
    name: Ident,
    pointer: Pointer,
    /// The type that is passed.
    pub(crate) carrier: TokenStream,
    /// `Fn`, `FnMut` or `FnOnce`.
    kind: Ident,
    /// `FnMut(&dyn Tool) -> u32`
    closure: TokenStream,
    is_send: bool,
    is_sync: bool,
    pub(crate) arguments: Vec<TokenStream>,
    returned: TokenStream,
}

/// The parts of the type of a pointer to an object.
struct Object {
    pointer: Pointer,
    /// `&'a mut`, or the path of the pointer without its argument.
    head: TokenStream,
    /// The lifetime that the object has if none is written.
    lifetime: TokenStream,
    /// What follows `dyn`.
    bounds: Vec<TokenStream>,
}

impl Object {
    fn of(ty: &TokenStream) -> Option<Object> {
        let tokens = flat(ty.clone());
        let (pointer, head, lifetime, object) = match is_punct(tokens.first(), '&') {
            true => {
                let (head, object) = tokens.split_at(end_of_reference(&tokens));
                let is_mut = matches!(head.last(), Some(TokenTree::Ident(word)) if word == "mut");
                let lifetime = match head {
                    [_, quote, TokenTree::Ident(name), ..] if is_punct(Some(quote), '\'') => {
                        quote!(#quote #name)
                    }
                    _ => quote!('_),
                };
                let pointer = if is_mut { Pointer::Mut } else { Pointer::Ref };
                let (head, object): (TokenStream, TokenStream) =
                    (head.iter().cloned().collect(), object.iter().cloned().collect());
                (pointer, head, lifetime, object)
            }
            false => {
                let path = Path::of(ty.clone())?;
                let pointer = match path.last()?.to_string().as_str() {
                    "Box" => Pointer::Box,
                    "Arc" => Pointer::Arc,
                    _ => return None,
                };
                let [object] = &arguments(path.arguments())[..] else { return None };
                let open = |token: &&TokenTree| !is_punct(Some(token), '<');
                let head = tokens.iter().take_while(open).cloned().collect();
                (pointer, head, quote!('static), object.clone())
            }
        };
        let object = match &flat(object.clone())[..] {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
                flat(group.stream())
            }
            _ => flat(object),
        };
        let [TokenTree::Ident(word), bounds @ ..] = &object[..] else { return None };
        if word != "dyn" {
            return None;
        }
        let bounds = divide(bounds.iter().cloned().collect(), '+');
        Some(Object { pointer, head, lifetime, bounds })
    }
}

impl Written {
    /// The closure to which `ty` is a pointer, if a type must be written around it.
    pub(crate) fn of(names: &mut Names<'_>, ty: &TokenStream) -> Option<Written> {
        let Object { pointer, head, mut lifetime, bounds } = Object::of(ty)?;
        let (closure, markers) = bounds.split_first()?;
        let tokens = flat(closure.clone());
        let is_list = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        let at = tokens.iter().position(is_list)?;
        let (TokenTree::Ident(kind), TokenTree::Group(list)) =
            (tokens.get(at.checked_sub(1)?)?, &tokens[at])
        else {
            return None;
        };
        if !["Fn", "FnMut", "FnOnce"].iter().any(|name| kind == name) {
            return None;
        }
        let arguments = divide(list.stream(), ',');
        let returned = match &tokens[at + 1..] {
            [] => quote!(()),
            [_, _, returned @ ..] => returned.iter().cloned().collect(),
            _ => return None,
        };
        let binder: TokenStream = tokens[..at - 1].iter().cloned().collect();
        if !must_be_written(&binder, &arguments) || lifetimes::borrows(&without_closures(&returned))
        {
            return None;
        }
        let (mut is_send, mut is_sync) = (false, false);
        for marker in markers {
            match &flat(marker.clone())[..] {
                [TokenTree::Punct(_), TokenTree::Ident(_)] => lifetime = marker.clone(),
                [TokenTree::Ident(name)] if name == "Send" => is_send = true,
                [TokenTree::Ident(name)] if name == "Sync" => is_sync = true,
                _ => return None,
            }
        }
        let name = names.next();
        let carrier = match pointer {
            Pointer::Ref | Pointer::Mut => quote!(#head #name<#lifetime>),
            Pointer::Box | Pointer::Arc => quote!(#head<#name<#lifetime>>),
        };
        let kind = kind.clone();
        let closure = closure.clone();
        Some(Written {
            name,
            pointer,
            carrier,
            kind,
            closure,
            is_send,
            is_sync,
            arguments,
            returned,
        })
    }

    fn function(&self, krate: &Path, name: &str) -> TokenStream {
        let (of, name) = (&self.name, Ident::new(name, proc_macro2::Span::call_site()));
        quote!(#krate::__private::#name::<#of<'static>>)
    }

    /// The pointer to pass in the place of `value`.
    pub(crate) fn lower(&self, krate: &Path, value: &TokenStream) -> TokenStream {
        let wrap = self.function(krate, self.pointer.wrap());
        quote!(#wrap(#value))
    }

    /// The pointer to the closure.
    pub(crate) fn lift(&self, krate: &Path, carrier: &TokenStream) -> TokenStream {
        let unwrap = self.function(krate, self.pointer.unwrap());
        quote!(#unwrap(#carrier))
    }

    fn markers(&self) -> TokenStream {
        let send = self.is_send.then(|| quote!(+ ::core::marker::Send));
        let sync = self.is_sync.then(|| quote!(+ ::core::marker::Sync));
        quote!(#send #sync)
    }

    /// The type around the closure.
    pub(crate) fn definition(&self) -> TokenStream {
        let Written { name, closure, .. } = self;
        let markers = self.markers();
        quote! {
            #[doc(hidden)]
            #[allow(dead_code, deprecated, non_camel_case_types, unused_qualifications)]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
            #[repr(transparent)]
            struct #name<'__b>(dyn #closure #markers + '__b);
        }
    }

    /// ```text
    /// unsafe impl LendingClosure for __Tool_each_0<'static> {
    ///     type Arguments = (&'static dyn Tool,);
    ///     ..
    /// }
    /// ```
    pub(crate) fn implementation(&self, krate: &Path) -> TokenStream {
        let Written { name, closure, kind, is_send, is_sync, returned, .. } = self;
        let private = quote!(#krate::__private);
        let markers = self.markers();
        let fixed: Vec<_> = self.arguments.iter().map(lifetimes::fixed).collect();
        let taken: Vec<_> =
            self.arguments.iter().map(|ty| owning(lifetimes::inferred(ty))).collect();
        let returned = owning(returned.clone());
        let count = fixed.len();
        let given: Vec<_> = (0..count).map(|i| format_ident!("__argument_{i}")).collect();
        let lowered: Vec<_> = (0..count).map(|i| format_ident!("__lowered_{i}")).collect();
        let raw = format_ident!("RawTuple{count}");
        let item = |ty: &TokenStream, name| ffi_item(krate, ty, name);
        let lower = taken.iter().map(|ty| item(ty, "lower_argument_guarded"));
        let into_wire = taken.iter().map(|ty| item(ty, "into_wire"));
        let shapes = fixed.iter().map(|ty| item(ty, "SHAPE"));
        let shape_of_returned = item(&returned, "SHAPE");
        let text = format!("dyn {kind}");
        let once = kind == "FnOnce";
        let call = if once { quote!(call_once) } else { quote!(call) };
        // Borrowing panics if the closure has other owners. So the arguments are lifted
        // first, which drops them in that case. A call that owns the closure does so also
        // if an argument is invalid.
        let lifted = quote!(let (#(#given,)*) = __arguments(););
        let called = match kind.to_string().as_str() {
            "Fn" => quote! {
                #lifted
                // SAFETY: the contract of this function.
                let __closure = unsafe { __Storage::shared(__this) };
                (&__closure.0)(#(#given),*)
            },
            "FnMut" => quote! {
                #lifted
                // SAFETY: the contract of this function.
                let __closure = unsafe { __Storage::exclusive(__this) };
                (&mut __closure.0)(#(#given),*)
            },
            _ => quote! {
                // SAFETY: the contract of this function.
                let __closure = unsafe {
                    *#private::Box::from_raw(__this.cast::<#private::Box<Self>>())
                };
                let __closure = #private::unwrap_box::<Self>(__closure);
                #lifted
                __closure(#(#given),*)
            },
        };
        let ways: &[&str] = match kind.to_string().as_str() {
            "Fn" => &["Shareable", "BorrowableMut"],
            "FnMut" => &["BorrowableMut"],
            _ => &[],
        };
        let ways = ways.iter().map(|way| format_ident!("{way}"));
        quote! {
            // SAFETY: the type, its markers, and any lifetime.
            unsafe impl<'__b> #private::Pointee for #name<'__b> {
                type Kind = #private::DynPointee<#name<'static>>;
                type Threads = #private::Threads<#is_send, #is_sync>;
                type At<'__a> = #name<'__a>;
            }

            // SAFETY: the type is transparent, and this is its field.
            unsafe impl #private::WrittenClosure for #name<'static> {
                type Of<'__b> = dyn #closure #markers + '__b;
            }

            // SAFETY: the closure is borrowed or consumed as its call requires.
            unsafe impl #private::LendingClosure for #name<'static> {
                type Arguments = (#(#fixed,)*);
                type Value = #returned;

                #[inline]
                unsafe fn call<'__a, __Storage: #private::InstanceStorage<Self>>(
                    __this: *mut #krate::abi::Opaque,
                    __arguments: impl #private::core::ops::FnOnce()
                        -> <Self::Arguments as #krate::FfiSafe>::At<'__a>,
                ) -> Self::Value {
                    #called
                }
            }

            // SAFETY: the tables are those of the closure, and adopted objects call them.
            unsafe impl #private::Dyn for #name<'static> {
                type Tables = #private::ClosureTables<Self>;
                type Adopted = #private::core::mem::ManuallyDrop<#private::RemoteObject>;
                const SHAPE: &'static #private::Shape = &#private::Shape::Function(
                    #text,
                    &[#(#shapes),*],
                    #shape_of_returned,
                );

                #[inline]
                unsafe fn adopt(
                    __remote: #private::RemoteObject,
                    __place: impl #private::Place,
                ) -> *mut Self {
                    // SAFETY: the contract of this function.
                    let __remote = unsafe { #private::RemoteClosure::<Self>::new(__remote) };
                    let __proxy = move |#(#given: #taken),*| {
                        __remote.#call(|__scope| {
                            #(let #lowered = #lower(#given, __scope);)*
                            #krate::abi::#raw(#(#into_wire(#lowered)),*)
                        })
                    };
                    // SAFETY: it has a remote object, and no borrow. That was lowered from
                    // a closure with the markers of this type.
                    unsafe {
                        let __proxy: *mut (dyn #closure + 'static) = __place.place(__proxy);
                        #private::around::<_, Self>(__proxy)
                    }
                }
            }

            #(
                // SAFETY: the call borrows the closure in each of these ways.
                unsafe impl #private::#ways for #name<'static> {}
            )*
        }
    }
}

/// Returns `true` if the core has no closures with these arguments, and one can be
/// written: no lifetime is of the method, and none is `'static`.
fn must_be_written(binder: &TokenStream, arguments: &[TokenStream]) -> bool {
    let all: Vec<_> = arguments.iter().map(without_closures).collect();
    let own = lifetimes::written(binder);
    let is_own = |name: &Ident| name == "_" || own.iter().any(|own| own.ident == *name);
    let is_of_call =
        all.iter().flat_map(lifetimes::borrowed).all(|lifetime| is_own(&lifetime.ident));
    let kinds: Vec<_> = all.iter().map(Argument::of).collect();
    let is_known = match &kinds[..] {
        [Argument::Ref | Argument::Mut] => true,
        [Argument::Ref, Argument::Ref | Argument::Owned] | [Argument::Owned, Argument::Ref] => true,
        [Argument::Ref, Argument::Ref, Argument::Ref] => true,
        kinds => kinds.len() <= 4 && kinds.iter().all(|kind| matches!(kind, Argument::Owned)),
    };
    !is_known && is_of_call && arguments.len() <= 6
}

/// The kinds of arguments of closures.
enum Argument {
    /// `&T`, where `T` owns its data.
    Ref,
    /// `&mut T`
    Mut,
    Owned,
    /// Another type that borrows, and references to objects.
    Other,
}

impl Argument {
    fn of(ty: &TokenStream) -> Argument {
        if !lifetimes::borrows(ty) {
            return Argument::Owned;
        }
        let tokens = flat(ty.clone());
        if !is_punct(tokens.first(), '&') {
            return Argument::Other;
        }
        let (head, of) = tokens.split_at(end_of_reference(&tokens));
        let first = match of.first() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                flat(group.stream()).into_iter().next()
            }
            first => first.cloned(),
        };
        let is_object = matches!(first, Some(TokenTree::Ident(word)) if word == "dyn");
        let of: TokenStream = of.iter().cloned().collect();
        let is_mut = matches!(head.last(), Some(TokenTree::Ident(word)) if word == "mut");
        match lifetimes::borrows(&of) || is_object {
            true => Argument::Other,
            false if is_mut => Argument::Mut,
            false => Argument::Ref,
        }
    }
}

/// A type without the arguments of the closures in it, which have lifetimes of their own.
pub(crate) fn without_closures(ty: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut is_closure = false;
    for token in flat(ty.clone()) {
        let is_of_closure = core::mem::take(&mut is_closure);
        match &token {
            TokenTree::Group(group)
                if is_of_closure && group.delimiter() == Delimiter::Parenthesis => {}
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), without_closures(&group.stream()));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            TokenTree::Ident(ident) => {
                is_closure = ["Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name);
                ident.to_tokens(&mut out);
            }
            other => other.to_tokens(&mut out),
        }
    }
    out
}
