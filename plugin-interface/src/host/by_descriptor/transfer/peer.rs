//! The other process, as the objects of it are reached.

use core::fmt;

use super::apart::Apart;
use super::exports::Exports;
use super::handle::Handle;
use super::object_type::ObjectPart;
use super::spent::Spent;
use crate::host::by_descriptor::waker::LentWaker;
use crate::object::OwnedObject;

/// The method of each object that drops it.
pub(crate) const RELEASE: u32 = u32::MAX;

/// The only method of a waker.
pub(crate) const WAKE: u32 = 0;

/// A call of an object of the other process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'n> {
    pub(crate) object: Handle,
    /// The lane that alone may call the object.
    pub(crate) home: Option<u32>,
    pub(crate) method: u32,
    pub(crate) name: &'n str,
    /// The rows of its arguments that are apart from the message.
    pub(crate) apart: &'n [Apart],
    /// What it counts for, if it is a drop.
    pub(crate) spent: Option<&'n Spent>,
}

/// The answer to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAnswer {
    /// Where the reply begins in the message.
    pub(crate) begin: usize,
    /// The lane that it came on.
    pub(crate) lane: u32,
}

/// The other process.
pub(crate) trait Peer: fmt::Debug + Send + Sync {
    /// Calls a method. The message has the arguments behind its first
    /// [`HEAD`](super::HEAD) bytes, but for what is apart, and gets the answer. `Err`
    /// says why nobody knows what the method did.
    fn call(&self, call: Outgoing<'_>, message: &mut Vec<u8>) -> Result<PeerAnswer, String>;

    /// Calls a waker, which takes nothing, some time. The calls of one waker stay in their
    /// order. A process that trusts the other one may wait for the answer.
    fn call_waker(&self, call: Outgoing<'static>);

    /// Returns the objects that the other process may call.
    fn exports(&self) -> &Exports;
}

/// Makes objects that stand for those of the other process.
pub(in crate::host::by_descriptor) trait Imports {
    /// Returns an object. The other process drops its own with it, if that is owned.
    fn import(&self, object: ObjectPart, handle: Handle) -> Result<OwnedObject, String>;

    /// Returns a waker, which the other process drops with the last clone of it.
    fn import_waker(&self, handle: Handle) -> LentWaker;
}
