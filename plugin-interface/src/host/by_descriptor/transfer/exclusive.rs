//! What a call lends by `&mut`. The new values come back in the order in which the old
//! ones lie in the message.

use super::plan::Index;

/// What one `&mut` of an argument leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exclusive {
    /// The number of the parameter.
    pub(super) parameter: usize,
    pub(super) place: *mut u8,
    pub(super) extent: Extent,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// One value. With `is_slot` it is an option that has a value.
    One { to: Index, is_slot: bool },
    /// Values in a row.
    Row { of: Index, len: usize },
}
