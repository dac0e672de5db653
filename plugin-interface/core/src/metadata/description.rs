//! The description of an interface, as its author wrote it.

use crate::boundary::Shape;

/// How a method takes `self`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
}

/// One parameter of a method.
#[doc(hidden)]
#[derive(Debug)]
pub struct ParameterDescription {
    pub name: &'static str,
    pub shape: &'static Shape,
}

/// One method of an interface.
#[doc(hidden)]
#[derive(Debug)]
pub struct MethodDescription {
    pub name: &'static str,
    /// The version of the interface that it came with; empty for the first one.
    pub since: &'static str,
    pub receiver: Receiver,
    pub parameters: &'static [ParameterDescription],
    pub returns: &'static Shape,
}

/// An interface: the source of its fingerprint, its metadata record and of
/// every message about a mismatch.
#[doc(hidden)]
#[derive(Debug)]
pub struct InterfaceDescription {
    /// The full path, `crate::module::Trait`: the identity of the interface.
    pub path: &'static str,
    pub version: &'static str,
    /// Whether instances may go to another thread, and whether several threads
    /// may call one: what an implementation had to prove, and a host relies on.
    pub send: bool,
    pub sync: bool,
    pub methods: &'static [MethodDescription],
}

impl InterfaceDescription {
    /// Whether two proxies of one instance can do no harm: no method takes
    /// `&mut self`, and what may go to another thread may be called by several.
    pub const fn is_shareable(&self) -> bool {
        if self.send && !self.sync {
            return false;
        }
        let mut i = 0;
        while i < self.methods.len() {
            if matches!(self.methods[i].receiver, Receiver::RefMut) {
                return false;
            }
            i += 1;
        }
        true
    }
}
