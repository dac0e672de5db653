//! Values in memory as bytes for another process, and back.
//!
//! `plan` says once for each type how its values are copied. `write` copies a value to
//! bytes, `read` makes a value of bytes, and `free` frees what a value owns; `growing`
//! has the values of types that grow. `method` has
//! the plans of one method, and `reply` the outcome of a call. `caller` makes a message
//! of the arguments of a typed proxy, and changes what its caller lent. `sent` does so
//! for values of JSON. `served` calls a method of this process. `exclusive` has what
//! a `&mut` leads to, and `change` copies it back. `apart` has the long rows that are sent
//! from where they lie.
//!
//! An object stays where it is. `exports` has those that the other process may call, each
//! by a handle, and `exporting` adds the objects in one message. `object_type` has their
//! types, which `objects` checks. `peer` is the other process, and `spent` the time that
//! it takes to drop them.
//!
//! A value is its parts in order. A number is its bytes; a row begins with the number
//! of its elements, an option and a result with a byte, an enum with the number of its
//! variant. Padding is left out. A byte stands for what lies behind an address, so that
//! no value takes more memory than its bytes account for.

mod apart;
mod caller;
mod change;
mod exclusive;
mod export;
mod exporting;
mod exports;
mod free;
mod growing;
mod handle;
mod method;
mod object_type;
mod objects;
mod own_thread;
mod peer;
mod plan;
mod read;
mod reply;
mod sent;
mod served;
mod spent;
mod write;

pub(crate) use apart::{Apart, MOST_APART, Unsent};
pub(crate) use export::is_shareable;
pub(super) use exporting::Exporting;
pub(crate) use exports::Exports;
pub(crate) use handle::Handle;
pub(super) use method::Carried;
pub(super) use object_type::{How, ObjectPart, ObjectType};
pub(super) use objects::{check_objects, check_type};
pub(super) use peer::Imports;
pub(crate) use peer::{Outgoing, Peer, PeerAnswer, RELEASE, WAKE};
pub(crate) use reply::{HEAD, LONGEST, Reply, keep_buffer, take_buffer, too_long, with_buffer};
pub(crate) use sent::{Received, call_and_forget, call_elsewhere};
pub(crate) use spent::Spent;
