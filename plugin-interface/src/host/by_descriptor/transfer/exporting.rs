//! What is lent and given with one message: objects, and what a `&mut` leads to.
#![expect(unsafe_code, reason = "takes objects over")]

use std::sync::Arc;

use super::apart::{Apart, Lasting, SetApart};
use super::exclusive::{Exclusive, Extent};
use super::export::{Borrowed, Export, New};
use super::exports::Exports;
use super::handle::Handle;
use super::object_type::{How, ObjectPart, ObjectType};
use super::own_thread::sweep;
use crate::abi::{ABI_VERSION, LibraryRef, ObjectTable, RawObject, VTableHeader};
use crate::boundary::LiftError;
use crate::host::by_descriptor::waker;
use crate::host::by_descriptor::wire::Wire;
use crate::object::OwnedObject;

/// The objects in one message. When it is dropped, the loans end, and what was given is
/// dropped unless it was [kept](Exporting::keep).
pub(in crate::host::by_descriptor) struct Exporting<'e> {
    to: Option<&'e Exports>,
    /// What the objects may borrow from.
    pub(super) parent: Option<Arc<Borrowed>>,
    /// `true` if what is given now ends with the call.
    pub(super) ends_with_call: bool,
    /// The number of the parameter that is written now.
    pub(super) parameter: usize,
    /// What the arguments lend by `&mut`.
    pub(super) exclusive: Vec<Exclusive>,
    pub(super) apart: SetApart,
    given: Vec<Handle>,
    /// Clones of wakers, which nobody else owns.
    wakers: Vec<Handle>,
    /// Those that end with the call: what is lent, and what borrows from the caller.
    ending: Vec<(Handle, Arc<Export>)>,
}

impl<'e> Exporting<'e> {
    pub(in crate::host::by_descriptor) fn to(exports: &'e Exports) -> Self {
        Exporting::new(Some(exports))
    }

    /// Returns one for messages without objects.
    pub(super) fn none() -> Self {
        Exporting::new(None)
    }

    fn new(to: Option<&'e Exports>) -> Self {
        let (given, wakers, ending) = (Vec::new(), Vec::new(), Vec::new());
        let (parent, ends_with_call, parameter, exclusive) = (None, false, 0, Vec::new());
        let apart = SetApart::new();
        Exporting { to, parent, ends_with_call, parameter, exclusive, apart, given, wakers, ending }
    }

    /// Lets long rows stay where they lie. What is sent, and what that refers to, has to
    /// live until the message was sent.
    pub(in crate::host::by_descriptor) fn set_apart(&mut self) {
        self.apart.lasting = Lasting::All;
    }

    /// Returns the rows that stay where they lie.
    pub(in crate::host::by_descriptor) fn rows(&self) -> &[Apart] {
        self.apart.rows()
    }

    /// Notes what a `&mut` leads to.
    pub(super) fn lends(&mut self, wire: Wire, extent: Extent) {
        let (parameter, place) = (self.parameter, wire.place());
        self.exclusive.push(Exclusive { parameter, place, extent });
    }

    /// Exports an object, as its pointer has it.
    pub(super) fn export(&mut self, part: ObjectPart, wire: Wire) -> Result<Handle, String> {
        let exports = self.to.ok_or("an object cannot be given here")?;
        if let How::Lent { .. } = part.how {
            let (raw, this) = wire.borrowed();
            let vtable = vtable(part.of, raw.table, raw.library_ref)?;
            let new = New { part, vtable, this, object: None, parent: None };
            let added = exports.add(new)?;
            let handle = added.0;
            self.ending.push(added);
            return Ok(handle);
        }
        let raw: RawObject = wire.object();
        let (vtable, this) = (vtable(part.of, raw.table, raw.library_ref)?, raw.instance);
        // SAFETY: it was passed by value, and its table was checked. If the message is
        // not sent, `undo` forgets it.
        let object = Some(unsafe { OwnedObject::new(raw) });
        let new = New { part, vtable, this, object, parent: self.parent.clone() };
        let added = exports.add(new)?;
        let handle = added.0;
        self.given.push(handle);
        if self.ends_with_call {
            self.ending.push(added);
        }
        Ok(handle)
    }

    /// Exports an object for good, which others own too.
    pub(in crate::host::by_descriptor) fn give(
        mut self,
        of: &'static ObjectType,
        object: OwnedObject,
    ) -> Result<Handle, String> {
        let raw = object.raw();
        let vtable = vtable(of, raw.table, raw.library_ref)?;
        let (part, this) = (ObjectPart { of, how: How::Shared }, raw.instance);
        let new = New { part, vtable, this, object: Some(object), parent: None };
        let (handle, _) = self.to.ok_or("an object cannot be given here")?.add(new)?;
        self.keep();
        Ok(handle)
    }

    /// Exports a clone of a waker that is lent.
    pub(super) fn export_waker(&mut self, wire: Wire) -> Result<Handle, String> {
        let exports = self.to.ok_or("a waker cannot be given here")?;
        // SAFETY: what lies there is the address of a waker, which is lent for the call.
        let object = unsafe { waker::given(wire.waker()) }?;
        let RawObject { table, instance: this, library_ref } = *object.raw();
        let part = ObjectPart { of: ObjectType::waker(), how: How::Shared };
        let vtable = vtable(part.of, table, library_ref)?;
        let new = New { part, vtable, this, object: Some(object), parent: None };
        let (handle, _) = exports.add(new)?;
        self.wakers.push(handle);
        Ok(handle)
    }

    /// Takes back what was given: somebody else owns it still.
    pub(super) fn undo(&mut self) {
        if let Some(exports) = self.to {
            self.given.drain(..).for_each(|handle| exports.withdraw(handle));
        }
    }

    /// Leaves what was given to the other process.
    pub(in crate::host::by_descriptor) fn keep(&mut self) {
        self.given.clear();
        self.wakers.clear();
    }
}

impl Drop for Exporting<'_> {
    fn drop(&mut self) {
        if let Some(exports) = self.to {
            self.ending.drain(..).for_each(|lent| exports.end_loan(lent));
            // An error says that it has gone, with all others.
            let given = self.given.drain(..).chain(self.wakers.drain(..));
            given.for_each(|handle| drop(exports.release(handle)));
            sweep();
        }
    }
}

/// Returns the vtable of an object, if it has the methods of its type.
fn vtable(
    of: &ObjectType,
    table: *const ObjectTable,
    library_ref: *const LibraryRef,
) -> Result<*const VTableHeader, String> {
    let null = || LiftError::Null.to_string();
    // SAFETY: the table of an object is null or a static of its library, which the
    // object keeps loaded.
    let table = unsafe { table.as_ref() }.filter(|_| !library_ref.is_null()).ok_or_else(null)?;
    // Of a Rust library, the one that validates its arguments.
    // SAFETY: a vtable begins with its header.
    let header = unsafe { table.vtable.as_ref() }.ok_or_else(null)?;
    let is_of = of.fingerprint.is_none_or(|of| of == header.fingerprint)
        && header.methods as usize >= of.interface.methods.len()
        && header.abi_version == ABI_VERSION;
    match is_of {
        true => Ok(table.vtable),
        false => Err(format!("`{}`: the object is of another version of its interface", of.name)),
    }
}
