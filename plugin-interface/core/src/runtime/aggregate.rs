//! The `#[plugin_aggregates]` of all crates in this library or program.
//!
//! A library usually has one crate with plugins. A program that links plugins has
//! several, and so has a plugin that uses another one as a library.

use core::sync::atomic::{AtomicUsize, Ordering};

use crate::interface::Interface;
use crate::runtime::factory::Counter;

/// One `#[plugin_aggregates]`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Aggregate {
    name: &'static str,
    unmade: &'static AtomicUsize,
    /// In the metadata section, where the linker of MinGW drops what nothing refers
    /// to.
    _written: &'static [u8],
    /// The metadata record of the interface.
    pub interface: &'static [u8],
    /// The metadata record of the package.
    pub package: &'static [u8],
}

inventory::collect!(Aggregate);

/// Returns what `#[plugin_aggregates]` submits, with the records that it wrote to
/// the metadata section.
#[doc(hidden)]
pub const fn aggregate<I: Interface + ?Sized>(
    counter: &'static Counter<I>,
    written: &'static [u8],
    package: &'static [u8],
) -> Aggregate {
    let (name, unmade, interface) = (I::NAME, counter.count(), I::RECORD);
    Aggregate { name, unmade, _written: written, interface, package }
}

/// Returns all of this library or program.
pub fn all() -> impl Iterator<Item = &'static Aggregate> {
    inventory::iter::<Aggregate>.into_iter()
}

/// Returns how many registrations of the interfaces of that name were destroyed;
/// `None` if there is none.
pub(super) fn unmade(name: &str) -> Option<usize> {
    let of_name = all().filter(|aggregate| aggregate.name == name);
    of_name.map(|aggregate| aggregate.unmade.load(Ordering::SeqCst)).reduce(|a, b| a + b)
}
