//! One plugin of a library in a process of its own.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::WorkerError;
use super::library::Library;
use crate::host::by_descriptor::{
    Answered, DynamicError, Handle, Outgoing, Peer, Received, arguments, call_elsewhere,
    is_shareable,
};
use crate::host::compare::fit::difference;
use crate::host::error::ProxyError;
use crate::interface::{Interface, PluginTrait};
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
        let refused = |message| WorkerError::Refused { message };
        let (object, home) = (Handle::of_plugin(self.index), self.home()?);
        let exchange = |index, frame: &mut Vec<u8>| {
            let call = Outgoing {
                object,
                home,
                method: index as u32,
                name: method,
                apart: &[],
                spent: None,
            };
            let (session, _reserved) = self.library.begin(home)?;
            Ok(session.exchange(call, frame)?.begin)
        };
        let received = call_elsewhere(self.described()?, method, &arguments, refused, exchange)?;
        let Received { value, changed, failed } = received;
        Ok(IsolatedAnswer { value, changed, failed })
    }

    /// Returns the interface of the plugin, as its library describes it.
    fn described(&self) -> Result<&InterfaceMetadata, DynamicError> {
        let path = &self.library.plugins[self.index].0;
        let described = self.library.metadata.interfaces.iter().find(|it| it.path == *path);
        described.ok_or_else(|| DynamicError::NotDescribed { interface: path.clone() })
    }

    /// Returns a proxy that implements the interface, as
    /// [`PluginHandle::proxy`](crate::PluginHandle::proxy) does for a plugin in this
    /// process. The same plugin, the same trait.
    ///
    /// What a call takes and returns is copied. What a method returns by reference is
    /// kept as long as the proxy, each different value once, or until a call with
    /// `&mut self`. If they take 256 MiB, a call that returns another one is an error.
    ///
    /// Any number of proxies call the one instance of the process. After a death, a new
    /// instance answers.
    ///
    /// Objects, closures, iterators, writers and readers stay where they are, and each
    /// of their calls is a message. What is lent runs on the thread that waits for the
    /// call. What a method returns is an object of its process: when that dies, each of
    /// its calls is an error, also after the plugin is there again.
    ///
    /// Feature `process`.
    ///
    /// # Errors
    ///
    /// If the plugin is of another interface, or of an incompatible version of it. If
    /// a method takes or returns what cannot go to another process: an object behind a
    /// reference, or a `&mut` as a return.
    ///
    /// # Panics
    ///
    /// A method of the proxy panics with the message of a [`WorkerError`] if the
    /// process dies in the call. The checked view (`ToolProxy::checked`) returns
    /// [`CallError::Lost`](crate::CallError::Lost) then.
    ///
    /// ```no_run
    /// use plugin_interface::process::{Worker, serve_if_asked};
    /// use plugin_interface::{Greeter, PluginManager};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// serve_if_asked();
    /// let worker = Worker::new(std::env::current_exe()?);
    /// let library = PluginManager::new().load_isolated("plugins/libshout.so", worker)?;
    /// for plugin in library.plugins() {
    ///     println!("{}", plugin.proxy::<dyn Greeter>()?.greet("World"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxy<I: Interface + ?Sized>(&self) -> Result<I::Proxy, WorkerError> {
        let wanted = PluginTrait::of::<I>();
        let refused = |source| WorkerError::Proxy { path: self.path().to_owned(), source };
        let name = || self.name().to_owned();
        if self.interface() != wanted.path() {
            let (wanted, found) = (wanted.path().to_owned(), self.interface().to_owned());
            return Err(refused(ProxyError::OtherInterface { name: name(), wanted, found }));
        }
        let described = self.described()?;
        if let Some(mismatch) = difference(wanted, described) {
            let mismatch = Box::new(mismatch);
            return Err(refused(ProxyError::Mismatch { name: name(), mismatch }));
        }
        let other = wanted.metadata().and_then(|own| of_another_version(&own, described));
        if let Some(ty) = other {
            let reason = "its objects need one version of the interface on both sides";
            return Err(WorkerError::NoValue { signature: wanted.path().to_owned(), ty, reason });
        }
        let common = wanted.metadata().map_or(0, |own| own.methods.len());
        let common = common.min(described.methods.len());
        let (library, home) = (Arc::clone(&self.library), self.home()?);
        let peers = move |call: &mut dyn FnMut(&Arc<dyn Peer>)| {
            let (session, reserved) = library.begin(home).map_err(|error| error.to_string())?;
            let peer: Arc<dyn Peer> = session;
            call(&peer);
            drop(reserved);
            Ok(())
        };
        Ok(Answered::proxy::<I>(common, (self.index, home), Box::new(peers))?)
    }

    /// Returns the lane of all calls of a plugin that one thread of the worker calls.
    fn home(&self) -> Result<Option<u32>, DynamicError> {
        Ok((!is_shareable(self.described()?)).then_some(0))
    }
}

/// Returns an interface whose objects the methods of another take or return, and of which
/// the two sides have different versions.
fn of_another_version(own: &InterfaceMetadata, other: &InterfaceMetadata) -> Option<String> {
    let differs = |object: &&InterfaceMetadata| {
        let same_path = other.objects.iter().find(|it| it.path == object.path);
        same_path.is_some_and(|it| it.fingerprint != object.fingerprint)
    };
    own.objects.iter().find(differs).map(|object| object.path.clone())
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
