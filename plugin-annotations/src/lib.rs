//! The macros of `plugin-interface`.
//!
//! Use them through that crate, which re-exports them, and which the code that
//! they write needs; where it has another name, say `crate = name`:
//!
//! - [`macro@plugin_interface`] makes a trait an interface,
//! - [`macro@plugin_impl`] makes an impl of it a plugin,
//! - [`macro@plugin_aggregates`] makes a crate the library that offers them,
//! - [`macro@FfiSafe`] makes a struct or an enum a type that crosses.
//!
//! What they do stands in `plugin-annotations-backend`.

use proc_macro::TokenStream;

/// Makes a trait an interface: callable across a library boundary.
///
/// Beside the trait, it emits for a trait `Tool`:
///
/// - `ToolProxy`, which implements `Tool` by calling a plugin, and is `Send`
///   and `Sync` exactly if the trait says so,
/// - `ToolVTable` and `ToolRegistration`, the `#[repr(C)]` layouts,
/// - `impl Interface for dyn Tool`, by which a host names the interface,
/// - on the host side, `load_tool_from_lib` and `unload_tool`, for hosts that
///   want the raw registrations.
///
/// ```
/// use plugin_interface::plugin_interface;
///
/// /// Counts something in a text.
/// #[plugin_interface]
/// pub trait Counter: Send + Sync {
///     /// How many there are.
///     fn count(&self, text: &str) -> u64;
/// }
/// # fn main() {}
/// ```
///
/// A method may have a default body: a plugin that does not write the method
/// runs it, on its own side.
///
/// A method that comes later is appended, with a default body and the version
/// that it came with. Plugins that were built before go on working: for them
/// the host runs the default. `CounterProxy::supports` tells them apart, and
/// `CounterProxy::checked` gives a view whose methods return an error where the
/// plugin panics. `CounterProxy::of` gives the proxy that a `&dyn Counter` from a
/// plugin is.
///
/// ```
/// use plugin_interface::plugin_interface;
///
/// /// Counts something in a text.
/// #[plugin_interface(version = "1.1")]
/// pub trait Counter: Send + Sync {
///     /// How many there are.
///     fn count(&self, text: &str) -> u64;
///
///     /// Whether there is any.
///     #[since("1.1")]
///     fn any(&self, text: &str) -> bool {
///         self.count(text) > 0
///     }
/// }
/// # fn main() {}
/// ```
///
/// # What may change
///
/// The names of parameters, default bodies and docs may, and methods may come at the
/// end. All else is refused when a library is loaded, with both signatures: another
/// order, another type, and a field or a variant more in the data that crosses, even
/// an `Option`, since what was built before has no room for it. Where data will have
/// to grow, pass an object, `Box<dyn Settings>`, whose interface grows as any does;
/// or add a method that takes the newer type, and tells an older plugin what that
/// understands:
///
/// ```
/// use plugin_interface::{FfiSafe, plugin_interface};
///
/// #[derive(FfiSafe)]
/// pub struct Settings {
///     pub dpi: u32,
/// }
///
/// #[derive(FfiSafe)]
/// pub struct FineSettings {
///     pub dpi: u32,
///     pub gamma: f32,
/// }
///
/// #[plugin_interface(version = "1.1")]
/// pub trait Painter: Send + Sync {
///     fn configure(&self, settings: Settings);
///
///     #[since("1.1")]
///     fn configure_finely(&self, settings: FineSettings) {
///         self.configure(Settings { dpi: settings.dpi });
///     }
/// }
/// # fn main() {}
/// ```
///
/// A new major version is another interface, and its versions begin anew. A library
/// that serves hosts of both has two traits, `Painter` and `PainterV2`: what it
/// exports is called by the trait's own name, so an alias is not enough.
///
/// # Objects
///
/// The interface is a type too: methods of this one and of others take and return
/// `Box<dyn Counter>`, `Arc<dyn Counter>` and `&dyn Counter`
/// (`plugin_interface::boundary`). For that the trait gets a hidden method with a
/// default, which nobody overrides but `CounterProxy`.
///
/// # Types of other crates
///
/// A parameter or a return whose type cannot cross, and is not yours to change,
/// crosses with a module that says as what (`#[derive(FfiSafe)]` has more on it,
/// for fields). An attribute on the method is for what it returns.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use plugin_interface::plugin_interface;
///
/// mod address {
///     use std::net::Ipv4Addr;
///
///     use plugin_interface::boundary::LiftError;
///
///     pub type Crossing = [u8; 4];
///
///     pub fn lower(address: Ipv4Addr) -> Crossing {
///         address.octets()
///     }
///
///     pub fn lift(bytes: Crossing) -> Result<Ipv4Addr, LiftError> {
///         Ok(bytes.into())
///     }
/// }
///
/// #[plugin_interface]
/// pub trait Resolver: Send + Sync {
///     #[ffi(with = address)]
///     fn next(&self, #[ffi(with = address)] after: Ipv4Addr) -> Ipv4Addr;
/// }
/// # fn main() {}
/// ```
///
/// # Arguments
///
/// - `version = "1.2"`: the interface's own version, `1.0` if not said.
/// - `crate = path`: where `plugin-interface` is, if it was renamed.
///
/// # Errors
///
/// Methods take `&self` or `&mut self`, are not generic, and have types that
/// cross (`plugin_interface::boundary`); anything else is a compile error that
/// says what to do.
#[proc_macro_attribute]
pub fn plugin_interface(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_interface(args.into(), item.into()).into()
}

/// Makes an impl of an interface a plugin: something a host finds and makes.
///
/// Emits the maker `plugin_register_<Trait>_<Type>_v1`, the unmaker
/// `plugin_unregister_<Trait>_<Type>_v1`, a metadata record, and submits a
/// `RegistrationFactory` to `inventory`. The crate's root must say
/// [`#[plugin_aggregates(Trait)]`](macro@plugin_aggregates).
///
/// ```
/// use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
///
/// pub struct Polite { title: String }
///
/// impl Polite {
///     fn open(_: &PluginContext) -> Result<Self, std::env::VarError> {
///         Ok(Polite { title: std::env::var("TITLE")? })
///     }
/// }
///
/// #[plugin_impl(Greeter, new = Polite::open)]
/// impl Greeter for Polite {
///     fn name(&self) -> &str {
///         "polite"
///     }
///
///     fn greet(&self, target: &str) -> String {
///         format!("Good day, {} {target}.", self.title)
///     }
/// }
/// # fn main() {}
/// ```
///
/// # Arguments
///
/// - the interface, first;
/// - `new = path`: the constructor, `fn(&PluginContext) -> Result<Self, E>`
///   with `E: Display`; without it, `Default`;
/// - `stop = path`: a hook, `fn(&mut Self)`, that is called before an instance
///   is dropped and the library unloaded. Its threads should be joined here: one
///   that runs on keeps the library mapped;
/// - `state`: where a host replaces the library while it is in use, the new
///   instance takes over what the old one saved; the type implements
///   `plugin_interface::PluginState`;
/// - `name = "other"`: the name in the symbols and listings, where two types
///   of one name would clash, or the type has parameters;
/// - `crate = path`: where `plugin-interface` is, if it was renamed.
#[proc_macro_attribute]
pub fn plugin_impl(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_impl(args.into(), item.into()).into()
}

/// Makes a crate a library of plugins for one interface: once, at its root.
///
/// Goes on any item there, such as an empty `mod`, and emits
/// `plugin_register_all_<Trait>_v1`, `plugin_unregister_all_<Trait>_v1`, the
/// counter `plugin_unmaker_counter_<Trait>_v1`, and the metadata of the package
/// and the interface.
///
/// ```
/// use plugin_interface::{Greeter, plugin_aggregates};
///
/// #[plugin_aggregates(Greeter)]
/// mod plugin {}
/// # fn main() {}
/// ```
///
/// # Arguments
///
/// - the interface, first;
/// - `crate = path`: where `plugin-interface` is, if it was renamed.
#[proc_macro_attribute]
pub fn plugin_aggregates(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_aggregates(args.into(), item.into()).into()
}

/// Makes a struct or an enum a type that crosses between a host and a plugin.
///
/// Its fields must cross themselves; its parameters are any types that do. It
/// needs no `repr`, may refer to itself through a `Box` or a `Vec`, and crosses
/// wherever other types do: as a parameter, as a return, in a `Vec`, an `Option`
/// or the error of a `Result`.
///
/// ```
/// use plugin_interface::{FfiSafe, plugin_interface};
///
/// #[derive(FfiSafe)]
/// pub struct Tree<T> {
///     value: T,
///     kids: Vec<Tree<T>>,
/// }
///
/// #[derive(Debug, FfiSafe)]
/// pub enum Fault {
///     Empty,
///     Depth(u32),
///     Value { at: Vec<usize>, text: String },
/// }
///
/// #[plugin_interface]
/// pub trait Garden: Send + Sync {
///     /// Adds up what stands on a tree.
///     fn harvest(&self, tree: Tree<String>) -> Result<u64, Fault>;
/// }
/// # fn main() {}
/// ```
///
/// References to a type, `&T` and `&[T]`, cross as a copy, if it is `Clone`. Under
/// `#[repr(C)]`, one that has but plain data is plain data itself: they cross by
/// pointer. Those that it is changed by, `&mut T` and `&mut [T]`, cross too if it is
/// `Copy` (`plugin_interface::boundary::Plain`).
///
/// ```
/// use plugin_interface::{FfiSafe, plugin_interface};
///
/// #[derive(Clone, Copy, FfiSafe)]
/// #[repr(C)]
/// pub struct Point {
///     x: f32,
///     y: f32,
/// }
///
/// #[plugin_interface]
/// pub trait Mover: Send + Sync {
///     /// Moves all points, where they are.
///     fn shift(&self, points: &mut [Point], by: &Point);
/// }
/// # fn main() {}
/// ```
///
/// A type with a lifetime crosses as the borrows in it do. The metadata of a
/// library holds the definition, so that a host refuses a plugin which knows
/// another one, and names the type that differs.
///
/// # Types of other crates
///
/// A field whose type cannot cross, and is not yours to change, crosses with a
/// module that says as what. It has three items: `Crossing`, a type that
/// crosses; `lower`, which makes one of a value; and `lift`, which makes a value
/// again, or says what is wrong.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use plugin_interface::FfiSafe;
///
/// mod address {
///     use std::net::Ipv4Addr;
///
///     use plugin_interface::boundary::LiftError;
///
///     pub type Crossing = String;
///
///     pub fn lower(address: Ipv4Addr) -> Crossing {
///         address.to_string()
///     }
///
///     pub fn lift(text: Crossing) -> Result<Ipv4Addr, LiftError> {
///         text.parse().map_err(|_| LiftError::Refused("an address is four numbers with dots"))
///     }
/// }
///
/// #[derive(FfiSafe)]
/// pub struct Server {
///     name: String,
///     #[ffi(with = address)]
///     at: Ipv4Addr,
/// }
/// # fn main() {}
/// ```
///
/// A method of an interface says so of a parameter, and of what it returns:
/// `#[plugin_interface]` has an example. The metadata of a library has the
/// `Crossing`, and both sides are to convert alike. An argument that `lift`
/// refuses is a panic in whoever was called; a return is `CallError::Invalid`.
///
/// # Arguments
///
/// - `#[ffi(crate = path)]`: where `plugin-interface` is, if it was renamed.
/// - `#[ffi(with = module)]`, on a field: how its type crosses. It must own what it
///   holds (`'static`).
///
/// # Errors
///
/// A union, an enum without variants, and a type with a `Drop`, with bounds on
/// its parameters or with `const` parameters do not compile; nor does one with
/// a field whose type cannot cross, which the compiler names.
#[proc_macro_derive(FfiSafe, attributes(ffi))]
pub fn derive_ffi_safe(item: TokenStream) -> TokenStream {
    plugin_annotations_derive::derive_ffi_safe(item.into()).into()
}
