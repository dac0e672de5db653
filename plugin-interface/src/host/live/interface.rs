//! The interfaces that a `Live` can be of.

use crate::interface::Interface;

/// An interface of a [`Live`](super::Live): `Send + Sync`, without methods that
/// take `&mut self`.
///
/// ```compile_fail,E0277
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Unshared: Send {
///     fn name(&self) -> String;
/// }
/// let live = plugin_interface::Live::<dyn Unshared>::open("libx.so");
/// ```
///
/// ```compile_fail,E0080
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Tally: Send + Sync {
///     fn add(&mut self, value: u64) -> u64;
/// }
/// let live = plugin_interface::Live::<dyn Tally>::open("libx.so");
/// ```
///
/// ```
/// # use plugin_interface::plugin_interface;
/// #[plugin_interface]
/// trait Shared: Send + Sync {
///     fn add(&self, value: u64) -> u64;
/// }
/// let live = plugin_interface::Live::<dyn Shared>::open("libx.so");
/// assert!(live.is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be live: several threads call its versions at once",
    note = "make the trait `Send + Sync`: `trait Name: Send + Sync {{ .. }}`"
)]
pub trait LiveInterface: Interface<Proxy: Send + Sync> + Send + Sync {}

impl<I: Interface<Proxy: Send + Sync> + Send + Sync + ?Sized> LiveInterface for I {}
