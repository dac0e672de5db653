//! Loading the plugins that are linked into this program.

use crate::host::error::LoadError;
use crate::host::load::admit::Wanted;
use crate::host::load::linked;
use crate::host::manager::PluginManager;
use crate::host::manager::handle::PluginHandle;
use crate::host::manager::starting::Starting;
use crate::interface::{Interface, PluginTrait};

impl PluginManager {
    /// Creates every plugin for `I` that is linked into this program, and returns
    /// their proxies, ordered by their packages.
    ///
    /// A program links a plugin crate that it has as a dependency and mentions:
    /// `use shout as _;`. The crate needs `crate-type = ["cdylib", "rlib"]`, or
    /// `rlib` alone.
    ///
    /// The proxies are those that [`load`](Self::load) returns, and their plugins
    /// behave alike, with these exceptions. [`path`](PluginHandle::path) is that of
    /// the program. No lock file and no probe applies. Nothing is ever unmapped:
    /// when the last handle of a package is closed, its instances are destroyed and
    /// counted, and the [outcome](Self::outcome) is
    /// [`Retained`](crate::UnloadOutcome::Retained). If the program is compiled with
    /// `panic = "abort"`, a panic of a plugin ends it.
    ///
    /// Without such a plugin the list is empty. What could not be created is
    /// [`rejected`](Self::rejected).
    ///
    /// # Errors
    ///
    /// If the records of a plugin in this program cannot be read.
    ///
    /// ```
    /// use plugin_interface::{Greeter, PluginManager};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut manager = PluginManager::new();
    /// for greeter in manager.load_linked::<dyn Greeter>()? {
    ///     println!("{}", greeter.greet("world"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn load_linked<I: Interface + ?Sized>(&mut self) -> Result<Vec<I::Proxy>, LoadError> {
        let handles = self.load_linked_plugins(PluginTrait::of::<I>())?;
        Ok(self.proxies::<I>(handles))
    }

    /// Creates every plugin for `interface` that is linked into this program, and
    /// returns their handles.
    ///
    /// # Errors
    ///
    /// As [`load_linked`](Self::load_linked).
    ///
    /// ```
    /// use plugin_interface::{PluginManager, PluginTrait};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// for handle in PluginManager::new().load_linked_plugins(PluginTrait::Greeter)? {
    ///     println!("{} of {}", handle.name(), handle.metadata().package.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn load_linked_plugins(
        &mut self,
        interface: PluginTrait,
    ) -> Result<Vec<PluginHandle>, LoadError> {
        self.linked(Wanted::Interface(interface))
    }

    /// Creates every plugin that is linked into this program, whatever its
    /// interface, and returns their handles.
    ///
    /// # Errors
    ///
    /// As [`load_linked`](Self::load_linked).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let handles = plugin_interface::PluginManager::new().load_all_linked()?;
    /// assert!(handles.is_empty(), "this program links no plugin");
    /// # Ok(())
    /// # }
    /// ```
    pub fn load_all_linked(&mut self) -> Result<Vec<PluginHandle>, LoadError> {
        self.linked(Wanted::Any)
    }

    fn linked(&mut self, wanted: Wanted<'_>) -> Result<Vec<PluginHandle>, LoadError> {
        self.rejected.clear();
        let path = linked::program();
        let mut handles = Vec::new();
        for package in linked::packages(&path)? {
            match self.libraries.load_linked(&path, package, wanted) {
                Ok((made, failed)) => {
                    handles.extend(made);
                    self.reject(&path, failed);
                }
                Err(error) => self.reject(&path, [error]),
            }
        }
        let (handles, failed) = Starting::default().start(&self.libraries, handles);
        self.reject(&path, failed);
        Ok(handles)
    }
}
