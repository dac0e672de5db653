//! A proxy that calls methods by their names, and what they return.

use core::fmt;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Call, Returned};
use super::error::DynamicError;
use super::instance::Instance;
use super::refusal::shortened;
use crate::host::library::instance::Described;
use crate::host::manager::handle::PluginHandle;
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// A plugin, or an object of one, whose methods are called by their names.
///
/// The host need not know the interface: types and layouts come from the metadata
/// of the library. Values are those of `serde`, as JSON has them.
/// [`PluginHandle::dynamic`] returns a proxy, and so do methods that return objects
/// of interfaces.
///
/// A proxy keeps the instance and its library, like a typed one. It stays on its
/// thread.
///
/// Feature `dynamic`.
///
/// ```no_run
/// use plugin_interface::PluginManager;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for handle in PluginManager::new().load_library("plugins/libshout.so")? {
///     let tool = handle.dynamic()?;
///     let answer = tool.call("apply", ("hello",))?;
///     println!("{}: {}", handle.name(), answer.value);
/// }
/// # Ok(())
/// # }
/// ```
pub struct DynamicProxy {
    instance: Rc<Instance>,
}

impl DynamicProxy {
    fn new(instance: Instance) -> Self {
        DynamicProxy { instance: Rc::new(instance) }
    }

    fn of(described: Described) -> Self {
        DynamicProxy::new(Instance::of_registration(described))
    }

    #[cfg(all(unix, feature = "process"))]
    pub(super) fn instance(&self) -> &Rc<Instance> {
        &self.instance
    }

    /// Returns the interface, as the library describes it.
    ///
    /// Feature `dynamic`.
    pub fn interface(&self) -> &InterfaceMetadata {
        &self.instance.interface
    }

    /// Returns the methods, in the order of their declaration.
    ///
    /// Feature `dynamic`.
    pub fn methods(&self) -> &[MethodMetadata] {
        &self.instance.interface.methods
    }

    /// Calls a method. The arguments are a tuple, a list or `()`.
    ///
    /// A method that returns a `Result` has the value `{"Ok": value}` or
    /// `{"Err": error}`, as `serde` writes it.
    ///
    /// Feature `dynamic`.
    ///
    /// # Errors
    ///
    /// If the method panicked, or returned an invalid value. Nothing was called if
    /// one of these holds:
    ///
    /// - There is no such method.
    /// - The arguments are not as many as its parameters, or one is not of its type.
    /// - It takes or returns what only a typed proxy can pass, such as closures.
    /// - It has `&mut self`, and the instance is borrowed.
    pub fn call(&self, method: &str, arguments: impl Serialize) -> Result<Answer, DynamicError> {
        let arguments = self::arguments(arguments)?;
        let returned = Call::new(&self.instance, method)?.run(&arguments)?;
        let Returned { value, changed, failed, objects } = returned;
        let objects = objects.into_iter().map(DynamicProxy::new).collect();
        Ok(Answer { value, changed, failed, objects })
    }
}

/// Returns the arguments of a call as values.
pub(crate) fn arguments(of: impl Serialize) -> Result<Vec<Value>, DynamicError> {
    match serde_json::to_value(of) {
        Ok(Value::Array(arguments)) => Ok(arguments),
        Ok(Value::Null) => Ok(Vec::new()),
        Ok(other) => Err(DynamicError::Arguments { found: shortened(&other) }),
        Err(error) => Err(DynamicError::Arguments { found: error.to_string() }),
    }
}

impl PluginHandle {
    /// Returns a proxy that calls the methods of the plugin by their names.
    ///
    /// Feature `dynamic`.
    ///
    /// # Errors
    ///
    /// If the library does not describe its methods; or if the interface allows one
    /// proxy at a time and one exists, typed or not. A typed proxy of an earlier
    /// version of the interface may have shared the instance: then that stays so.
    pub fn dynamic(&self) -> Result<DynamicProxy, DynamicError> {
        let interfaces = &self.metadata().interfaces;
        let is_own = |i: &&InterfaceMetadata| i.path == self.interface() && !i.methods.is_empty();
        if !interfaces.iter().any(|interface| is_own(&interface)) {
            return Err(DynamicError::NotDescribed { interface: self.interface().to_owned() });
        }
        Ok(DynamicProxy::of(self.described()?))
    }
}

/// What a method returned that was called by its name.
///
/// Feature `dynamic`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The return value, in the form that `serde` gives it.
    pub value: Value,
    /// The `&mut` arguments as they are after the call, in order, each with its
    /// place: the name of the parameter, or that of a part of it.
    pub changed: Vec<(String, Value)>,
    /// `true` if the method returned `Err`.
    pub failed: bool,
    /// The objects that the method returned. A value refers to each by its number
    /// in this list: `{"$object": 0}`.
    pub objects: Vec<DynamicProxy>,
}

impl Answer {
    /// Returns the value as a type of the host.
    ///
    /// Feature `dynamic`.
    ///
    /// # Errors
    ///
    /// If the value is not of that type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.value)
    }
}

impl fmt::Debug for DynamicProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynamicProxy").field(&self.instance).finish()
    }
}
