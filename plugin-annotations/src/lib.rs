//! The macros of `plugin-interface`.
//!
//! Use them through that crate, which re-exports them. The generated code needs
//! it as well; if it has another name, say `crate = name`:
//!
//! - [`macro@plugin_interface`] makes a trait an interface,
//! - [`macro@plugin_impl`] makes an impl of it a plugin,
//! - [`macro@async_impl`] lets an impl that is no plugin have `async` methods,
//! - [`macro@plugin_aggregates`] makes a crate the library that offers them,
//! - [`macro@FfiSafe`] makes a struct or an enum an FFI-safe type.
//!
//! They are implemented in `plugin-annotations-backend`.

use plugin_annotations_backend::generate::Request;
use proc_macro::TokenStream;

/// Makes a trait an interface: callable across a library boundary.
///
/// For a trait `Tool`, it emits the trait itself and:
///
/// - `ToolProxy`, which implements `Tool` by calling a plugin, and is `Send`
///   and `Sync` exactly if the trait is,
/// - `ToolVTable` and `ToolRegistration`, the `#[repr(C)]` layouts,
/// - `impl Interface for dyn Tool`, the name of the interface in a host,
/// - in a host, `load_tool_from_lib` and `unload_tool`, which return and take
///   the raw registrations.
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
/// A method may have a default body. A plugin that does not write the method
/// runs the default itself.
///
/// Append a new method at the end, with a default body and the version that
/// added it. Plugins that were built before keep working: for them the host runs
/// the default. The proxy answers further questions:
///
/// - `CounterProxy::supports` tells whether a plugin has a method.
/// - `CounterProxy::checked` returns a view whose methods return an error if the
///   plugin panics.
/// - `CounterProxy::of` returns the proxy behind a `&dyn Counter` that came from
///   a plugin.
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
/// You may change the names of parameters, default bodies and docs, and append
/// methods. Every other change makes a host reject the library when it loads it,
/// with an error that shows both signatures. That includes another order, another
/// type, and one more field or variant in the data that is passed, even an
/// `Option`: libraries that were built before have no room for it.
///
/// If data has to grow, pass an object, `Box<dyn Settings>`: its interface can
/// grow as any other. Or add a method that takes the newer type, and whose default
/// passes an older plugin the part that it understands:
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
/// A new major version is another interface, whose versions start again. A library
/// for hosts of both has two traits, `Painter` and `PainterV2`. An alias is not
/// enough, since the exported symbols have the trait's own name.
///
/// # Objects
///
/// The interface is a type too: methods of this one and of others take and return
/// `Box<dyn Counter>`, `Arc<dyn Counter>` and `&dyn Counter`
/// (`plugin_interface::boundary`). For that the trait gets a hidden method with a
/// default, which only `CounterProxy` overrides.
///
/// # Supertraits
///
/// A plugin implements the supertraits of its interface, and so does `CounterProxy`.
/// By `Display` and `Error` it prints what the plugin prints. `#[inherit(Super)]` on a
/// method without a body says that a supertrait declares the method:
///
/// ```
/// use plugin_interface::plugin_interface;
///
/// pub trait Named {
///     fn name(&self) -> String;
/// }
///
/// #[plugin_interface]
/// pub trait Counter: Named + std::fmt::Display + Send {
///     #[inherit(Named)]
///     fn name(&self) -> String;
///     fn count(&self, text: &str) -> u64;
/// }
///
/// fn print(counter: Box<dyn Counter>) -> Box<dyn Named> {
///     println!("{counter}");
///     counter
/// }
/// # fn main() {}
/// ```
///
/// # Types of other crates
///
/// A parameter or a return value may have a type that is not FFI-safe and that you
/// cannot change. Then name a module that converts it (see `#[derive(FfiSafe)]`,
/// which does the same for fields). An attribute on the method applies to its
/// return value.
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
/// - `version = "1.2"`: the interface's own version, `1.0` by default.
/// - `path = "my_crate::module::Trait"`: the path that identifies the interface. It
///   keeps its identity when the trait moves to another module or crate. The last
///   name is that of the trait.
/// - `crate = path`: the path of `plugin-interface`, if it was renamed.
///
/// # Errors
///
/// Methods take `&self` or `&mut self`, or `self: Box<Self>` in objects. They are not
/// generic, and have FFI-safe types (`plugin_interface::boundary`). Anything else is a
/// compile error that tells you what to do.
#[proc_macro_attribute]
pub fn plugin_interface(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_interface(args.into(), item.into()).into()
}

/// Makes an impl of an interface a plugin, which a host can find and create.
///
/// It emits the maker `plugin_register_<Trait>_<Type>_v1`, the unmaker
/// `plugin_unregister_<Trait>_<Type>_v1`, a metadata record, and submits a
/// `RegistrationFactory` to `inventory`. The root of the crate needs
/// [`#[plugin_aggregates(Trait)]`](macro@plugin_aggregates).
///
/// ```standalone_crate
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
/// - `stop = path`: a hook, `fn(&mut Self)`, which is called before an instance
///   is dropped and the library is unloaded. Join your threads here: a thread that
///   still runs keeps the library loaded;
/// - `state`: if a host replaces the library while it is in use, the new instance
///   takes over the state that the old one saved; the type implements
///   `plugin_interface::PluginState`;
/// - `lifecycle`: the host starts an instance before it is used, stops it after that,
///   and asks for its health; the type implements `plugin_interface::PluginLifecycle`;
/// - `config = Settings`: the type of its settings, which derives
///   `plugin_interface::PluginConfig` (feature `config` of `plugin-interface`);
/// - `runtime = tokio`: the `async` methods are polled within a runtime of tokio that
///   is the plugin's own, as `plugin_interface::in_tokio` does (feature `tokio` of
///   `plugin-interface`);
/// - `needs(dyn Site)`: the services of the host or of other plugins without which
///   the plugin cannot work, separated by commas. The metadata lists them, so a host
///   that offers no compatible ones refuses the plugin before its code runs;
/// - `provides(dyn Store)`: the services of this plugin for other plugins, for each of
///   which the type implements `plugin_interface::Provide`;
/// - `name = "other"`: the name in symbols and listings, if two types have the
///   same name or the type has parameters;
/// - `crate = path`: the path of `plugin-interface`, if it was renamed.
#[proc_macro_attribute]
pub fn plugin_impl(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_impl(args.into(), item.into()).into()
}

/// Lets an impl of an interface write its `async` methods, if it is no plugin: an
/// object of a host, or a mock in a test.
///
/// An interface is used as `dyn Trait`, which has no `async fn`. So the macros write
/// each as a method that returns a boxed future. `#[plugin_impl]` does so by itself.
/// The attribute `#[async_trait]` of the crate `async-trait` fits as well.
///
/// ```
/// use plugin_interface::{async_impl, plugin_interface};
///
/// #[plugin_interface]
/// pub trait Store: Send + Sync {
///     async fn get(&self, key: &str) -> Option<u32>;
/// }
///
/// struct Empty;
///
/// #[async_impl]
/// impl Store for Empty {
///     async fn get(&self, _key: &str) -> Option<u32> {
///         None
///     }
/// }
/// # fn main() {}
/// ```
///
/// # Arguments
///
/// - `crate = path`: the path of `plugin-interface`, if it was renamed.
#[proc_macro_attribute]
pub fn async_impl(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::async_impl(args.into(), item.into()).into()
}

/// Makes a crate a library of plugins for one interface.
///
/// Write it once, at the root of the crate, on any item such as an empty `mod`. It
/// emits
/// `plugin_register_all_<Trait>_v1`, `plugin_unregister_all_<Trait>_v1`, the
/// counter `plugin_unmaker_counter_<Trait>_v1`, and the metadata of the package
/// and the interface.
///
/// ```standalone_crate
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
/// - `crate = path`: the path of `plugin-interface`, if it was renamed.
#[proc_macro_attribute]
pub fn plugin_aggregates(args: TokenStream, item: TokenStream) -> TokenStream {
    plugin_annotations_backend::plugin_aggregates(args.into(), item.into()).into()
}

/// Makes a struct or an enum FFI-safe, so that hosts and plugins can pass it.
///
/// Its fields must be FFI-safe, and so must the types for its parameters. It needs
/// no `repr` and may refer to itself through a `Box` or a `Vec`. It can be used like
/// other FFI-safe types: as a parameter, as a return value, in a `Vec`, an `Option`
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
///     /// Adds up the values of a tree.
///     fn harvest(&self, tree: Tree<String>) -> Result<u64, Fault>;
/// }
/// # fn main() {}
/// ```
///
/// If the type is `Clone`, `&T` and `&[T]` are passed as copies. If it is
/// `#[repr(C)]` and has only plain data, it is plain data itself, and these
/// references are passed as pointers. If it is `Copy` too, `&mut T` and `&mut [T]`
/// are FFI-safe as well (`plugin_interface::boundary::Plain`). Write other attributes
/// that change the type, such as its `repr`, above the derive: then it sees the
/// result. A type that was changed below the derive does not compile.
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
///     /// Moves all points in place.
///     fn shift(&self, points: &mut [Point], by: &Point);
/// }
/// # fn main() {}
/// ```
///
/// A type with a lifetime is passed like the borrows in it. The metadata of a
/// library holds the definition of the type. A host rejects a plugin with another
/// definition, and names the type that differs.
///
/// # Data that grows
///
/// A struct or an enum is *growing* from its first version on, or a host rejects the
/// versions of it that are. Host and plugin may then have different numbers of its
/// fields or variants:
///
/// ```
/// use plugin_interface::FfiSafe;
///
/// #[derive(FfiSafe)]
/// #[ffi(growing)]
/// pub struct Settings {
///     pub dpi: u32,
///     #[since("1.1")]
///     pub profile: Option<String>,
///     #[since("1.2")]
///     #[ffi(default = 2.2)]
///     pub gamma: f32,
/// }
///
/// #[derive(FfiSafe)]
/// #[ffi(growing)]
/// pub enum Event {
///     Closed,
///     /// A variant of a later version.
///     #[ffi(other)]
///     Other,
///     #[since("1.1")]
///     Opened(String),
/// }
/// # fn main() {}
/// ```
///
/// # Types of other crates
///
/// A field may have a type that is not FFI-safe and that you cannot change. Then
/// name a module that converts it. It has three items: `Crossing`, an FFI-safe
/// type; `lower`, which converts a value to it; and `lift`, which converts it back
/// or returns an error.
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
/// Parameters and return values of a method can be converted in the same way:
/// `#[plugin_interface]` has an example. The metadata of a library shows the
/// `Crossing`. Host and plugin must convert alike. If `lift` rejects an argument,
/// the called method panics; if it rejects a return value, the caller gets
/// `CallError::Invalid`.
///
/// # Arguments
///
/// - `#[ffi(crate = path)]`: the path of `plugin-interface`, if it was renamed.
/// - `#[ffi(path = "my_crate::module::Type")]`: the path that identifies the type. It
///   keeps its identity when the type moves or gets another name.
/// - `#[ffi(growing)]`, on a struct or an enum: later versions may append fields, or
///   variants.
/// - `#[since("1.1")]`, on a field of such a struct or on a variant of such an enum: the
///   version that appended it. The type grows even without the mark above.
/// - `#[ffi(other)]`, on a variant of such an enum: it stands for the variants of later
///   versions. Without it, these are refused.
/// - `#[ffi(default = value)]`, on such a field: its value if the other side does not
///   know it. Without it, that is `Default`.
/// - `#[ffi(with = module)]`, on a field: the module that converts it. Its type
///   must own its data (`'static`). Within other types it is `with = Option<module>`,
///   `Vec<module>`, `Result<module, _>` and so on, where `_` is what no module converts.
///
/// # Errors
///
/// These do not compile: a union, an enum without variants, a type with a `Drop`,
/// with bounds on its parameters or with `const` parameters. Nor does a type with
/// a field that is not FFI-safe; the compiler names the field.
#[proc_macro_derive(FfiSafe, attributes(ffi, since))]
pub fn derive_ffi_safe(item: TokenStream) -> TokenStream {
    plugin_annotations_derive::derive_ffi_safe(item.into()).into()
}

/// Describes the settings of a plugin, or the variants of one setting.
///
/// `plugin_interface::PluginConfig` says how it is used.
#[cfg(feature = "config")]
#[proc_macro_derive(PluginConfig, attributes(config))]
pub fn derive_plugin_config(item: TokenStream) -> TokenStream {
    plugin_annotations_derive::derive_plugin_config(item.into()).into()
}

/// Writes the code of the macros above, for the crate that they name.
///
/// Only `plugin_interface::__generate!` calls it:
///
/// ```text
/// generate! { unsafe $crate unsafely plugin_impl { Tool } { impl Tool for Shout { .. } } }
/// ```
///
/// # Safety
///
/// The path behind `unsafe` is that of `plugin-interface`, since the unsafe code
/// that is written relies on its functions. What follows `unsafely` came from one of
/// the macros above. The code of the derive proves what it needs of the real item.
#[doc(hidden)]
#[proc_macro]
pub fn generate(input: TokenStream) -> TokenStream {
    let code = match Request::read(input.into()) {
        Ok(request) if request.kind == "derive" => plugin_annotations_derive::generate(&request),
        Ok(request) => plugin_annotations_backend::generate::generate(&request),
        Err(error) => error,
    };
    code.into()
}
