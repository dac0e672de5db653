//! One plugin of a library in a process of its own.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::WorkerError;
use super::library::Library;
use super::message::Outcome;
use crate::host::by_descriptor::{DynamicError, arguments, check_values};
use crate::metadata::InterfaceMetadata;

/// A plugin in a process of its own, whose methods are called by their names.
///
/// Any thread may call it. The types of an argument are checked before it is sent.
/// What comes back is what the process sent: an invalid message is an error, but a
/// value may be of another type than that of the method.
///
/// Feature `process`.
#[derive(Clone)]
pub struct IsolatedPlugin {
    pub(super) library: Arc<Library>,
    pub(super) index: usize,
}

impl IsolatedPlugin {
    /// Returns the name of the registration.
    ///
    /// Feature `process`.
    pub fn name(&self) -> &str {
        &self.library.plugins[self.index].1
    }

    /// Returns the full path of the interface that it implements.
    ///
    /// Feature `process`.
    pub fn interface(&self) -> &str {
        &self.library.plugins[self.index].0
    }

    /// Returns the library's file, as the host found it.
    ///
    /// Feature `process`.
    pub fn path(&self) -> &Path {
        &self.library.path
    }

    /// Calls a method. The arguments are a tuple, a list or `()`.
    ///
    /// Values have the forms that
    /// [`DynamicProxy::call`](crate::dynamic::DynamicProxy::call) gives them.
    ///
    /// Feature `process`.
    ///
    /// # Errors
    ///
    /// If the arguments are wrong, if the method panicked, or if it takes or returns
    /// what cannot go to another process, such as objects. Then the process goes on.
    ///
    /// If the process dies in the call, or takes longer than its deadline. A call
    /// after that waits until another process may be started. If too many have died,
    /// it returns an error at once.
    pub fn call(
        &self,
        method: &str,
        arguments: impl Serialize,
    ) -> Result<IsolatedAnswer, WorkerError> {
        let arguments = self::arguments(arguments)?;
        let plugin = &self.library.plugins[self.index];
        let mut interfaces = self.library.metadata.interfaces.iter();
        let described = interfaces.find(|it| it.path == plugin.0);
        let not_described = || DynamicError::NotDescribed { interface: plugin.0.clone() };
        let described = described.ok_or_else(not_described)?;
        check_values(described, method, &arguments)?;
        let outcome = self.library.call(plugin, method, arguments)?;
        answer(outcome, described, method)
    }
}

/// Returns the outcome of a call as its caller gets it.
fn answer(
    outcome: Outcome,
    of: &InterfaceMetadata,
    method: &str,
) -> Result<IsolatedAnswer, WorkerError> {
    let (interface, method) = (of.name().to_owned(), method.to_owned());
    match outcome {
        Outcome::Returned { value, changed, failed } => {
            Ok(IsolatedAnswer { value, changed, failed })
        }
        Outcome::Panicked { message, location } => {
            Err(DynamicError::Panicked { interface, method, message, location }.into())
        }
        Outcome::Invalid(reason) => Err(DynamicError::Invalid { interface, method, reason }.into()),
        Outcome::Refused(message) => Err(WorkerError::Refused { message }),
    }
}

/// What a method returned that ran in another process.
///
/// Feature `process`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IsolatedAnswer {
    /// The return value, in the form that `serde` gives it.
    pub value: Value,
    /// The `&mut` arguments as they are after the call, in order, each with its
    /// place: the name of the parameter, or that of a part of it.
    pub changed: Vec<(String, Value)>,
    /// `true` if the method returned `Err`.
    pub failed: bool,
}

impl IsolatedAnswer {
    /// Returns the value as a type of the host.
    ///
    /// Feature `process`.
    ///
    /// # Errors
    ///
    /// If the value is not of that type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.value)
    }
}

impl fmt::Debug for IsolatedPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IsolatedPlugin")
            .field("name", &self.name())
            .field("interface", &self.interface())
            .field("path", &self.path())
            .finish()
    }
}
