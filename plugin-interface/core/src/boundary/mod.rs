//! Which Rust types may cross between a host and a plugin, and how.
//!
//! A type crosses if it implements [`FfiSafe`]. The compiler, not the macro,
//! decides that, so an alias changes nothing and a type that cannot cross is
//! named in the error.
//!
//! `P` is [plain](Plain) data, `Trait` an interface, with `+ Send` and `+ Sync` or
//! without; the other letters are any types of this table.
//!
#![doc = include_str!("types.md")]
//!
//! The types nest as they like: `Vec<Option<(String, Result<Vec<u8>, String>)>>`.
//! What leads to its like, such as a tree, crosses by functions that call themselves,
//! as its drop does: the stack sets a limit to how deep it is, of some thousands in
//! a debug build. A long list is a `Vec`.
//! A borrow crosses for the duration
//! of the call (parameters) or of the borrow of `self` (returns), whatever
//! lifetime its type claims: an interface method that takes or returns
//! `&'static str` or `Cow<'static, str>`, also behind an alias, does not compile.
//! What is owned may say so: `Box<dyn Trait + 'static>`, `BoxFuture<'static, T>`.
//!
//! # Objects
//!
//! `dyn Trait`, closures, iterators and futures are called where they were made,
//! and dropped there. They cross in both directions, with or without `+ Send` and
//! `+ Send + Sync`, and nested: `Vec<Option<Box<dyn Trait + Send>>>`. A
//! `Box<dyn Trait + '_>` that is returned may borrow from `self`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use plugin_interface::plugin_interface;
//!
//! /// What a host offers.
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
//! - *Each keeps its library mapped*, after the last proxy and handle are gone,
//!   and so does a waker that somebody has of a plugin. Until then the
//!   outcome (`UnloadOutcome`) of the unload says how many there are; with
//!   the last one the library is unmapped, by a thread of this crate. Two libraries that
//!   keep objects of each other keep each other mapped. A plugin that is a host itself
//!   stays for as long as objects of what it loaded are in use, wherever they are.
//! - *Each is wrapped once.* An object of an interface that a plugin hands on, to
//!   the host or by way of it to another plugin, arrives as it left its maker; where
//!   it comes back to its maker it is the very value again. A closure, an iterator
//!   or a future that is handed on is wrapped once more.
//! - *A panic goes to the caller*, whoever that is: a plugin that does not catch
//!   the panic of a host's object panics itself, and the host gets that. One in a drop
//!   is reported and ends there. `<Trait>Proxy::of(&*object)` finds the proxy of an object
//!   that came from elsewhere, whose `checked` makes a [`CallError`](crate::CallError) of it.
//! - *What is lent is gone after the call.* So a method that takes `&'a dyn Trait`
//!   cannot return something that borrows for `'a`, nor a `&dyn Trait`: either
//!   does not compile, or panics where a derived type with a lifetime hides it. The
//!   same goes for the copies behind `&[T]` and `&T`.
//! - *An `Arc` may have owners on several sides*: `Arc::get_mut` knows those of its own
//!   side, and a method with `&mut self` that is called by way of it panics.
//! - *Objects grow as their interfaces do*: one of an older plugin runs the defaults
//!   of what it lacks. A mismatch is found when the library is loaded; where objects go
//!   between two plugins that their host never compared, when one arrives.
//!
//! A path is bytes on Unix, whatever they are. Elsewhere it is UTF-8, and
//! passing one that is not panics on the side that does so.

mod by_ref;
mod call_scope;
mod ffi_safe;
mod lift_error;
mod objects;
mod origin;
mod owned;
#[cfg(test)]
mod recursion;
mod shape;
mod types;
mod unwind_guard;
mod via;

pub(crate) use objects::builtin;

pub use crate::boundary::call_scope::{CallScope, NeedsScope};
pub use crate::boundary::ffi_safe::{FfiSafe, LoweredGuard, lift_wire_return};
/// The former name of [`LiftError`].
#[doc(hidden)]
pub use crate::boundary::lift_error::LiftError as Invalid;
pub(crate) use crate::boundary::lift_error::ReturnErrorKind;
pub use crate::boundary::lift_error::{LiftError, ReturnError};
pub use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn, Shareable};
pub use crate::boundary::objects::future::BoxFuture;
pub use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee, SizedPointee};
pub use crate::boundary::objects::storage::{Borrowed, InstanceStorage};
pub use crate::boundary::origin::Origin;
pub use crate::boundary::owned::FfiOwned;
pub use crate::boundary::shape::definition::{Body, Definition, Fields};
pub use crate::boundary::shape::link::Link;
pub use crate::boundary::shape::parameter::Parameter;
pub use crate::boundary::types::slice::Plain;
pub use by_ref::{ByCopy, ByPointer, ByRef};
pub use shape::Shape;

pub(crate) use crate::boundary::ffi_safe::returned_as_wire;
pub(crate) use crate::boundary::shape::definitions::Definitions;
pub(crate) use shape::Naming;
