//! Values in memory as bytes for another process, and back.
//!
//! `plan` says once for each type how its values are copied. `write` copies a value to
//! bytes, `read` makes a value of bytes, and `free` frees what a value owns; `growing`
//! has the values of types that grow. `method` has
//! the plans of one method, and `reply` the outcome of a call. `caller` makes a message
//! of the arguments of a typed proxy, and changes what its caller lent. `sent` does so
//! for values of JSON. `served` calls a method of this process.
//!
//! A value is its parts in order. A number is its bytes; a row begins with the number
//! of its elements, an option and a result with a byte, an enum with the number of its
//! variant. Padding is left out. A byte stands for what lies behind an address, so that
//! no value takes more memory than its bytes account for.

mod caller;
mod free;
mod growing;
mod method;
mod plan;
mod read;
mod reply;
mod sent;
mod served;
mod write;

pub(super) use method::Carried;
pub(super) use reply::with_buffer;
pub(crate) use reply::{HEAD, Reply};
pub(crate) use sent::{Received, call_elsewhere};
pub(crate) use served::Served;
