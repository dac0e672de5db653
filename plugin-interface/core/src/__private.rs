//! The items that generated code uses. They are not for direct use.

pub use core;
pub use inventory;
pub use std::alloc::System;
pub use std::boxed::Box;
pub use std::string::String;

use crate::abi::{ABI_VERSION, VTableHeader, words};
#[cfg(feature = "config")]
use crate::config::PluginConfig;
use crate::interface::Interface;
use crate::metadata;
use crate::metadata::Writer;
use crate::metadata::encode;
use crate::metadata::flag;
#[cfg(feature = "config")]
use crate::metadata::settings::configured_record as configured_record_of;

pub use crate::boundary::plain::{is_same_place, sample, seen_as, tag};
pub use crate::boundary::{
    Body, ByCopy, ByFields, ByPointer, ByRef, CallerScope, Content, Copies, Definition, Dyn,
    DynPointee, Fields, Grows, InstanceStorage, ItemsOfSelf, LendFields, Lending, LendsKnown,
    LendsUnknown, LentMemory, LiftError, NeedsScope, ObjectOfSelf, OfSelf, Origin, OwningStorage,
    Parameter, Plain, Pointee, ReadBy, Received, ReturnError, SendItemsOfSelf, Shape, Source,
    Static, StaticCow, TakenInFuture, Threads, WithChanged, changed, content_of_field,
    content_of_variant, end_by_guard, has_size_of_wire, lift_wire_return, lower_alone, lower_block,
    pass, put_back_changed, take_changed, taken_lifetimes, with_changed,
};
#[cfg(feature = "config")]
pub use crate::config::{
    Choice, DefaultValue, FromText, Range, Setting, SettingKind, SettingsInput,
};
pub use crate::interface::{AsyncMethods, CompleteProxy, VTableFor};
pub use crate::metadata::encode::{Draft, PackageDescription};
pub use crate::metadata::told::{Told, is_told, of_objects, parameter};
pub use crate::metadata::{
    InterfaceDescription, MethodDescription, ParameterDescription, Receiver,
};
pub use crate::object::printed::{error_causes, fmt_display, format_text, write_text};
pub use crate::object::{ExclusiveProxy, LastCall, Object, contain_default};
pub use crate::runtime::aggregate::{Aggregate, aggregate};
pub use crate::runtime::allocator::SystemAllocatorDeclared;
pub use crate::runtime::async_call::{AsyncCall, KeptByFuture};
pub use crate::runtime::call::{
    Call, alone, contain, drop_instance, shorter, shorter_mut, slot, valid,
};
pub use crate::runtime::factory::{
    Counter, MadeByDefault, Plugin, construct, factory, maker, register_all, stop, unmaker,
    unregister_all,
};
pub use crate::runtime::lifecycle::lifecycle;
#[cfg(feature = "tokio")]
pub use crate::runtime::own_tokio::{begin as begin_tokio, end as end_tokio, in_tokio};
pub use crate::runtime::provide::provide;
pub use crate::runtime::provided::Provided;
use crate::runtime::services::Service;
pub use crate::runtime::state::state;

/// Compiles only for a type that owns its data.
#[inline]
pub fn owns<T: 'static>(_: &T) {}

/// Keeps a record in the library. The linker of MinGW drops a section to which
/// nothing refers, whatever `#[used]` says.
#[inline]
pub fn keep(record: &'static [u8]) {
    if cfg!(windows) {
        core::hint::black_box(record);
    }
}

/// Returns the number of methods: a trait of a user's may have a `len` for slices.
pub const fn method_count(methods: &[MethodDescription]) -> usize {
    methods.len()
}

/// Returns the hashes of the methods of an interface.
pub const fn method_hashes<const N: usize>(methods: &[MethodDescription]) -> [u128; N] {
    metadata::method_hashes(methods)
}

/// Returns the length of the record of a package.
pub const fn package_record_len(package: &PackageDescription) -> usize {
    encode::package_record_len(package)
}

/// Returns the record of a package.
pub const fn package_record<const N: usize>(package: &PackageDescription) -> [u8; N] {
    let mut out = Writer::new();
    encode::package_record(&mut out, package);
    out.into_bytes()
}

/// Returns the length of the record of a registration.
pub const fn registration_record_len(interface: &str, name: &str) -> usize {
    encode::registration_record_len(interface, name)
}

/// Returns the record of a registration.
pub const fn registration_record<const N: usize>(interface: &str, name: &str) -> [u8; N] {
    let mut out = Writer::new();
    encode::registration_record(&mut out, interface, name);
    out.into_bytes()
}

/// Returns the length of the records of a registration and of its settings.
#[cfg(feature = "config")]
pub const fn configured_record_len<T: PluginConfig>(interface: &str, name: &str) -> usize {
    configured_record_of(&mut Writer::<0>::new(), interface, name, T::SETTINGS)
}

/// Returns the records of a registration and of its settings.
#[cfg(feature = "config")]
pub const fn configured_record<T: PluginConfig, const N: usize>(
    interface: &str,
    name: &str,
) -> [u8; N] {
    let mut out = Writer::new();
    configured_record_of(&mut out, interface, name, T::SETTINGS);
    out.into_bytes()
}

/// Returns the record of the interface of a service.
pub const fn service_of<I: Service + ?Sized>() -> &'static [u8] {
    let () = I::CHECKED;
    I::RECORD
}

/// Returns the length of the record of a service that a plugin needs.
pub const fn need_record_len(interface: &str, name: &str, needed: &[u8]) -> usize {
    encode::need_record_len(interface, name, needed)
}

/// Returns the record of a service that a plugin needs.
pub const fn need_record<const N: usize>(interface: &str, name: &str, needed: &[u8]) -> [u8; N] {
    let mut out = Writer::new();
    encode::need_record(&mut out, interface, name, needed);
    out.into_bytes()
}

/// Returns the length of the record of a service that a plugin provides.
pub const fn provided_record_len(interface: &str, name: &str, provided: &[u8]) -> usize {
    encode::provided_record_len(interface, name, provided)
}

/// Returns the record of a service that a plugin provides.
pub const fn provided_record<const N: usize>(
    interface: &str,
    name: &str,
    provided: &[u8],
) -> [u8; N] {
    let mut out = Writer::new();
    encode::provided_record(&mut out, interface, name, provided);
    out.into_bytes()
}

/// Returns the length of several records.
pub const fn joined_len(records: &[&[u8]]) -> usize {
    joined_to(&mut Writer::<0>::new(), records)
}

/// Returns several records, one after the other.
pub const fn joined<const N: usize>(records: &[&[u8]]) -> [u8; N] {
    let mut out = Writer::new();
    joined_to(&mut out, records);
    out.into_bytes()
}

const fn joined_to<const N: usize>(out: &mut Writer<N>, records: &[&[u8]]) -> usize {
    let mut i = 0;
    while i < records.len() {
        out.raw(records[i]);
        i += 1;
    }
    out.len()
}

/// Returns the flags of a plugin that keeps its state or has a lifecycle.
pub const fn abilities(keeps_state: bool, has_lifecycle: bool) -> u32 {
    let state = if keeps_state { flag::KEEPS_STATE } else { 0 };
    let lifecycle = if has_lifecycle { flag::HAS_LIFECYCLE } else { 0 };
    state | lifecycle
}

/// Returns the length of the record of what a plugin can do beside its interface.
pub const fn abilities_record_len(interface: &str, name: &str, abilities: u32) -> usize {
    encode::abilities_record_len(interface, name, abilities)
}

/// Returns the record of what a plugin can do beside its interface.
pub const fn abilities_record<const N: usize>(
    interface: &str,
    name: &str,
    abilities: u32,
) -> [u8; N] {
    let mut out = Writer::new();
    encode::abilities_record(&mut out, interface, name, abilities);
    out.into_bytes()
}

/// Returns the number of runs of the unmakers of an interface.
pub fn count<I: ?Sized>(counter: &Counter<I>) -> usize {
    counter.get()
}

/// Returns `true` if two names are equal: a host looks for symbols by the name
/// of the interface.
pub const fn is_same_name(own: &str, written: &str) -> bool {
    metadata::is_same(own, written)
}

/// Converts a constant slice to an array, for a static of exactly its size.
pub const fn bytes_of<const N: usize>(record: &[u8]) -> [u8; N] {
    match record.first_chunk() {
        Some(bytes) if record.len() == N => *bytes,
        _ => panic!("a record is as long as its static"),
    }
}

/// Returns the number of scopes that a call needs for its arguments: 0 or 1.
pub const fn scopes(arguments: &[NeedsScope]) -> usize {
    let mut i = 0;
    while i < arguments.len() {
        if !matches!(arguments[i], NeedsScope::Never) {
            return 1;
        }
        i += 1;
    }
    0
}

/// Checks an argument from which the result of its method may borrow: it must
/// not need a scope.
#[track_caller]
pub const fn without_scope(argument: NeedsScope, shape: &'static Shape) -> NeedsScope {
    assert!(
        match argument {
            NeedsScope::Never => true,
            NeedsScope::Perhaps => !shape.lends_in_fields(),
            NeedsScope::Always => false,
        },
        "this argument is dropped when the call returns, but the result of the method may borrow from it: take a value, a `Box<dyn Trait>` or an `Arc<dyn Trait>`, or remove the lifetimes of the parameters",
    );
    NeedsScope::Never
}

/// Checks an argument of a method with a future, of which only a reference that is
/// the whole parameter can be stored with the future.
#[track_caller]
pub const fn without_copies(argument: NeedsScope, shape: &'static Shape) -> NeedsScope {
    assert!(
        match argument {
            NeedsScope::Never => true,
            NeedsScope::Perhaps => !shape.lends_in_fields(),
            NeedsScope::Always => false,
        },
        "this part of an argument is lent for a call, and the future of an `async` method lives longer: take the value itself, or a whole parameter `&T`, `&[T]` or `&dyn Trait`",
    );
    NeedsScope::Never
}

/// Compiles only for a type whose copy can be lent to a future that is `Send`.
pub const fn sendable<T: Sendable>() {}

/// A type whose copy can be lent to a future that is `Send`.
///
/// It is a trait of its own for its message. That `Send` is its supertrait is what
/// counts: the compiler accepts further impls for types that it knows not to be
/// `Send`.
#[diagnostic::on_unimplemented(
    message = "a copy of `{Self}` cannot be lent to an `async` method, whose future may be dropped on another thread",
    label = "not `Send`",
    note = "take the value itself, or remove `Sync` or `Send` from the supertraits, so that the future stays on its thread"
)]
pub trait Sendable: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Sendable for T {}

/// Checks the type that a method returns: it must not need a scope.
#[track_caller]
pub const fn returned(shape: &'static Shape, needs: NeedsScope, told: &[Told]) -> &'static Shape {
    is_told(told);
    assert!(
        match needs {
            NeedsScope::Never => true,
            NeedsScope::Perhaps => !shape.lends_in_fields(),
            NeedsScope::Always => false,
        },
        "a method cannot return a reference to an object, nor one to a type that is not plain data within a type of yours or as `&mut`, because it is dropped when the call returns: return `T` instead of `&T`, `Vec<T>` instead of `&[T]`, `Box<dyn Trait>` instead of `&dyn Trait`",
    );
    assert!(
        !shape.refers_to_object(),
        "a method cannot return a reference to a value with an object in it, because its caller cannot compare objects: return the value, such as `Arc<dyn Trait>` instead of `&Arc<dyn Trait>`",
    );
    shape
}

/// Returns the header of the vtable for `I` of instances in a storage of type
/// `P`.
pub const fn vtable_header<I: Interface + ?Sized, P>() -> VTableHeader {
    VTableHeader {
        abi_version: ABI_VERSION,
        methods: I::DESCRIPTION.methods.len() as u32,
        fingerprint: words(I::FINGERPRINT),
        drop: drop_instance::<P>,
    }
}

/// A constant for each marker of a type, `Send` and `Sync`.
///
/// An inherent constant whose bound is met hides the one of the trait.
#[derive(Debug)]
pub struct Marker<T: ?Sized>(core::marker::PhantomData<T>);

impl<T: Send + ?Sized> Marker<T> {
    pub const IS_SEND: bool = true;
}

impl<T: Sync + ?Sized> Marker<T> {
    pub const IS_SYNC: bool = true;
}

/// The types that a macro knows by their names, to prove that a name means them.
pub mod known {
    pub use core::pin::Pin;
    pub use std::boxed::Box;
    pub use std::collections::{BTreeMap, HashMap, VecDeque};
    pub use std::option::Option;
    pub use std::result::Result;
    pub use std::sync::Arc;
    pub use std::vec::Vec;

    pub use crate::boundary::BoxFuture;
}

/// A constant for whether a type borrows anything: `Taken<fn(T)>`.
///
/// A function that takes a borrow of any lifetime is no `fn(T)` for one `T`. So
/// the inherent constant is found for a type that owns its data, and hides the
/// one of the trait. It sees through aliases.
#[derive(Debug)]
pub struct Taken<F: ?Sized>(core::marker::PhantomData<F>);

impl<T> Taken<fn(T)> {
    pub const IS_LENT: bool = false;
}

/// The result if no inherent constant hides it.
pub trait Lent {
    const IS_LENT: bool = true;
}

impl<F: ?Sized> Lent for Taken<F> {}

/// The result if no inherent constant hides it.
pub trait Unmarked {
    const IS_SEND: bool = false;
    const IS_SYNC: bool = false;
}

impl<T: ?Sized> Unmarked for Marker<T> {}
