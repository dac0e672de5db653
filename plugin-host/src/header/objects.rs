//! Objects in C: `Box<dyn Trait>`, `Arc<dyn Trait>` and `&dyn Trait` of the
//! interfaces that an interface refers to.

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::signature::Type;

use super::names::identifier;
use super::no_form::{NoForm, no_form};

/// The part that all objects have in common.
pub(super) const COMMON: &str = include_str!("objects.h");

/// The interfaces whose objects an interface refers to.
#[derive(Clone, Copy)]
pub(super) struct Objects<'i> {
    interfaces: &'i [InterfaceMetadata],
    /// The name of the outermost interface in C.
    prefix: &'i str,
}

impl<'i> Objects<'i> {
    pub(super) fn new(interface: &'i InterfaceMetadata, prefix: &'i str) -> Self {
        Objects { interfaces: &interface.objects, prefix }
    }

    /// Returns the number of the interface of an object. Closures, iterators and
    /// the like have none.
    pub(super) fn find(&self, of: &Type) -> Result<usize, NoForm> {
        let name = trait_name(of).ok_or_else(|| no_form(of))?;
        let named = |(_, interface): &(usize, &InterfaceMetadata)| interface.name() == name;
        let mut found = self.interfaces.iter().enumerate().filter(named);
        match (found.next(), found.next()) {
            (Some((number, _)), None) => Ok(number),
            (None, _) => Err(no_form(of)),
            _ => Err(NoForm(format!("two interfaces are named `{name}`"))),
        }
    }

    pub(super) fn interface(&self, number: usize) -> &'i InterfaceMetadata {
        &self.interfaces[number]
    }

    /// Returns the name in C of the objects of an interface.
    pub(super) fn name(&self, number: usize) -> String {
        identifier(&format!("{}_dyn_{}", self.prefix, self.interfaces[number].name()))
    }

    /// Returns the names that the declarations of the interface must leave free.
    pub(super) fn names(&self) -> Vec<String> {
        let names = (0..self.interfaces.len()).map(|number| self.name(number));
        let each =
            |name: String| ["", "_Borrowed", "_Table", "_VTable"].map(|end| format!("{name}{end}"));
        names.flat_map(each).collect()
    }
}

/// Returns the name of the trait in `dyn Trait + Send`, without its path.
pub(super) fn trait_name(of: &Type) -> Option<&str> {
    let Type::Other(text) = of else { return None };
    let path = text.strip_prefix("dyn ")?.split(" + ").next()?;
    let name = path.rsplit("::").next()?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}
