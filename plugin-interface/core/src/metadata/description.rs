//! The description of an interface, as its author wrote it.

use crate::boundary::{Shape, Source};
use crate::metadata::is_same;

/// The form in which a method takes `self`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
    /// `self: Box<Self>`.
    Owned,
}

/// One parameter of a method.
#[doc(hidden)]
#[derive(Debug)]
pub struct ParameterDescription {
    pub name: &'static str,
    pub shape: &'static Shape,
    /// Something in it is lent for the call, and must not be kept.
    pub is_lent: bool,
    /// Further lifetimes: which parts are lent, and which the return may have.
    pub lifetimes: &'static str,
}

/// One method of an interface.
#[doc(hidden)]
#[derive(Debug)]
pub struct MethodDescription {
    pub name: &'static str,
    /// The version of the interface that added it; empty for the first one.
    pub since: &'static str,
    pub receiver: Receiver,
    pub parameters: &'static [ParameterDescription],
    pub returns: &'static Shape,
    /// The return borrows from `self`.
    pub is_lent: bool,
    /// Further lifetimes of the return: which parts borrow.
    pub lifetimes: &'static str,
}

/// An interface: the source of its fingerprint, its metadata record and all
/// messages about a mismatch.
#[doc(hidden)]
#[derive(Debug)]
pub struct InterfaceDescription {
    /// The full path, `crate::module::Trait`: the identity of the interface.
    pub path: &'static str,
    pub source: Source,
    pub version: &'static str,
    /// Instances are `Send`. Implementations had to prove it, and hosts rely on
    /// it.
    pub send: bool,
    /// Instances are `Sync`, likewise.
    pub sync: bool,
    pub methods: &'static [MethodDescription],
    /// The hashes of the methods, from `method_hashes`.
    pub hashes: &'static [u128],
}

impl InterfaceDescription {
    /// Returns `true` if both are one trait.
    pub(super) const fn is(&self, other: &Self) -> bool {
        is_same(self.path, other.path) && self.source.is(&other.source)
    }

    /// Returns `true` if one instance may have several proxies.
    ///
    /// That is so if no method takes `&mut self`, and if the interface is
    /// `Sync` or is not `Send`.
    pub const fn is_shareable(&self) -> bool {
        if self.send && !self.sync {
            return false;
        }
        let mut i = 0;
        while i < self.methods.len() {
            if !matches!(self.methods[i].receiver, Receiver::Ref) {
                return false;
            }
            i += 1;
        }
        true
    }
}
