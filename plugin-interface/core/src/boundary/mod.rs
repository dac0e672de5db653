//! The types that can be passed between a host and a plugin, and their
//! conversions.
//!
//! A type can be passed if it is [`FfiSafe`]. The compiler decides that, not
//! the macro. So an alias changes nothing, and an error names the type that
//! cannot be passed.
//!
//! # Types
//!
//! In this table `P` is [plain](Plain) data, and `Trait` is an interface, with
//! `+ Send` and `+ Sync` or without. The other letters are any types of the
//! table.
//!
#![doc = include_str!("types.md")]
//!
//! [Types of other crates](crate::foreign) are passed by features.
//!
//! Nest the types as you like:
//! `Vec<Option<(String, Result<Vec<u8>, String>)>>`.
//!
//! A type that refers to itself, such as a tree, is converted by recursive
//! functions, as its drop is. So the stack limits its depth, to some thousands
//! in a debug build. Pass a long list as a `Vec`.
//!
//! A path is any bytes on Unix. On other platforms it is UTF-8, and passing
//! another one panics in the sender.
//!
//! # Lifetimes
//!
//! A borrowed parameter lives for the call, and a borrowed return as long as
//! the borrow of `self`. If its lifetime is that of an argument, it is a part of
//! that argument, or the receiver's copy of a static. So it may outlive the library:
//! `fn word<'a>(&self, text: &'a str) -> Cow<'a, str>`.
//!
//! A method may return `&T` and `&[T]` of any data: `&Config`, `&[String]`,
//! `Option<&Arc<Row>>`. Of what is not plain, the caller borrows a copy in the
//! proxy, which has one of each distinct value. It drops them with itself, and
//! at each call that takes `&mut self`. So the type owns its data, without
//! objects, and is `Clone`, `Send` and `Sync`.
//!
//! `&'static str`, `&'static [T]` and `Cow<'static, str>` outlive the library
//! they come from, also within other types and in fields of derived types. The
//! receiver has one copy of each distinct text or slice, which is never freed.
//! So its memory is bounded by the number of distinct ones. The elements of a
//! slice are such texts, or owned data that is `Send` and `Sync`. A `Cow` is
//! received as an owned one. Behind an alias of yours, which the macros cannot
//! read, they do not compile. An owned type may contain `'static` too:
//! `Box<dyn Trait + 'static>`, `BoxFuture<'static, T>`.
//!
//! # Objects
//!
//! `dyn Trait`, closures, iterators and futures are called in the library that
//! created them, and dropped there. They are passed in both directions, with or
//! without `+ Send` and `+ Send + Sync`, and nested:
//! `Vec<Option<Box<dyn Trait + Send>>>`. A returned `Box<dyn Trait + '_>` may
//! borrow from `self`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use plugin_interface::plugin_interface;
//!
//! /// A service of the host.
//! #[plugin_interface]
//! pub trait Log: Send + Sync {
//!     fn line(&self, text: &str);
//! }
//!
//! #[plugin_interface]
//! pub trait Document: Send {
//!     fn text(&self) -> String;
//! }
//!
//! #[plugin_interface]
//! pub trait Reader: Send + Sync {
//!     fn start(&self, log: Arc<dyn Log>);
//!     fn open(&self, path: &str) -> Result<Box<dyn Document>, String>;
//!     fn count(&self, documents: Vec<Box<dyn Document>>, is_counted: &dyn Fn(String) -> bool) -> u32;
//! }
//! ```
//!
//! - *An object keeps its library loaded*, also after the last proxy and handle
//!   are dropped. So does a waker of a plugin. Until then the outcome of the
//!   unload (`UnloadOutcome`) states the number of objects. After the last one
//!   a thread of this crate unmaps the library. Two libraries with objects of
//!   each other keep each other loaded. A plugin that is a host itself stays
//!   loaded as long as objects of its own plugins are in use anywhere.
//! - *An object is wrapped once.* A plugin can pass an object of an interface
//!   on, to the host or to another plugin. It arrives unchanged. In the library
//!   that created it, it becomes the original value again. A closure, an
//!   iterator or a future is wrapped once more each time.
//! - *A panic is passed to the caller.* If a host's object panics and the
//!   plugin does not catch it, the plugin panics too, and the host receives
//!   that panic. A panic in a drop is only reported.
//!   `<Trait>Proxy::of(&*object)` finds the proxy of an object from another
//!   library, and its `checked` view returns a [`CallError`](crate::CallError)
//!   instead.
//! - *A borrowed object is dropped after the call.* So a method that takes
//!   `&'a dyn Trait` cannot return a value that borrows for `'a`, nor a
//!   `&dyn Trait`. Neither compiles, also within a derived type with a lifetime.
//!   The same is true for the clones behind `&[T]` and `&T`.
//! - *An `Arc` may have owners in several libraries.* `Arc::get_mut` counts
//!   only those of its own library. A method with `&mut self` panics if it is
//!   called through an `Arc` of another one. An `Arc` of a type that is `Send`
//!   and not `Sync` does not compile: its `&mut` could go to another thread
//!   while others use the object.
//! - *An object grows with its interface.* An object of an older plugin runs
//!   the defaults of the methods that it lacks. A mismatch is found when the
//!   library is loaded. Between two plugins that their host never compared, it
//!   is found when an object arrives.

mod by_ref;
mod call_scope;
mod caller_scope;
mod content;
mod copies;
mod ffi_safe;
mod growing;
#[doc(hidden)]
pub mod interner;
mod keeps_copies;
mod lent_memory;
mod lift_error;
mod objects;
mod origin;
mod owned;
mod passed;
pub(crate) mod plain;
#[cfg(test)]
mod recursion;
mod room;
mod shape;
mod types;
mod unwind_guard;
pub(crate) mod via;

pub(crate) use objects::builtin;
#[cfg(feature = "tasks")]
pub(crate) use objects::remote_waker::KeptWaker;
pub(crate) use objects::served::own_directly;
#[cfg(feature = "indexmap")]
pub(crate) use types::collection::collect_distinct;

pub(crate) use crate::boundary::call_scope::Space;
pub use crate::boundary::call_scope::{CallScope, NeedsScope};
pub use crate::boundary::caller_scope::CallerScope;
pub use crate::boundary::content::Content;
pub use crate::boundary::copies::Copies;
pub use crate::boundary::ffi_safe::{FfiSafe, LoweredGuard, has_size_of_wire, lift_wire_return};
pub use crate::boundary::growing::{
    Grows, Received, content_of_field, content_of_variant, end_by_guard, lower_alone, lower_block,
};
pub use crate::boundary::keeps_copies::KeepsCopies;
pub use crate::boundary::lent_memory::LentMemory;
/// The former name of [`LiftError`].
#[doc(hidden)]
pub use crate::boundary::lift_error::LiftError as Invalid;
pub(crate) use crate::boundary::lift_error::ReturnErrorKind;
pub use crate::boundary::lift_error::{LiftError, ReturnError};
pub use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, Shareable};
pub use crate::boundary::objects::future::BoxFuture;
pub use crate::boundary::objects::items_of_self::{ItemsOfSelf, SendItemsOfSelf};
pub use crate::boundary::objects::place::Place;
pub use crate::boundary::objects::pointee::{
    ConvertPointer, DynPointee, InArc, Pointee, SizedPointee, Threads,
};
pub use crate::boundary::objects::returned_borrow::ObjectOfSelf;
pub use crate::boundary::objects::storage::{
    Borrowed, CalledFromC, InstanceStorage, OwningStorage,
};
#[doc(hidden)]
pub use crate::boundary::objects::waker::shared as shared_waker;
pub use crate::boundary::origin::Origin;
pub use crate::boundary::owned::FfiOwned;
pub use crate::boundary::passed::{PassedBy, PassedWire, pass};
#[doc(hidden)]
pub use crate::boundary::room::Room;
pub use crate::boundary::shape::definition::{Body, Definition, Fields};
pub use crate::boundary::shape::link::Link;
pub use crate::boundary::shape::parameter::Parameter;
pub use crate::boundary::shape::source::Source;
pub use crate::boundary::types::by_fields::LendFields;
pub(crate) use crate::boundary::types::error::{messages as causes_of, received as error_of};
pub use crate::boundary::types::forever::{Static, StaticCow};
pub use crate::boundary::types::in_future::{
    ChangedInFuture, KeptInFuture, TakenInFuture, WithChanged, changed, put_back_changed,
    take_changed, taken_lifetimes, with_changed,
};
pub use crate::boundary::types::lending::{Lending, LendsKnown, LendsUnknown};
pub use crate::boundary::types::of_self::{OfSelf, ReadBy};
pub use crate::boundary::types::slice::Plain;
pub use by_ref::{ByCopy, ByFields, ByParts, ByPointer, ByRef};
pub use shape::Shape;

pub(crate) use crate::boundary::ffi_safe::returned_as_wire;
pub(crate) use crate::boundary::shape::definition::{LaterPart, LaterTypes};
pub(crate) use crate::boundary::shape::definitions::Definitions;
pub(crate) use shape::Naming;
