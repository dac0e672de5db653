//! The metadata of a library, as its records hold it.

use crate::metadata::setting_model::SettingsMetadata;

/// The metadata of a library: its package, interfaces and registrations.
///
/// [`inspect`](crate::inspect) reads it from the file, without running the library.
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// let metadata = plugin_interface::inspect("plugins/libgreeter.so")?;
/// for registration in &metadata.registrations {
///     println!("{} implements {}", registration.name, registration.interface);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginMetadata {
    /// The package that the library was built from. If its plugin uses other
    /// plugin crates as libraries, the following are those of all of them.
    pub package: PackageMetadata,
    /// The interfaces that the library offers.
    pub interfaces: Vec<InterfaceMetadata>,
    /// The implementations of these interfaces.
    pub registrations: Vec<RegistrationMetadata>,
    /// The settings that the implementations declare.
    pub settings: Vec<SettingsMetadata>,
}

/// The package of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageMetadata {
    /// The version of the binary interface.
    pub abi_version: u32,
    /// `true` if a panic in the library can be caught (`panic = "unwind"`).
    pub unwinds: bool,
    /// `true` if a Rust compiler checked the types of its values, so that they
    /// need no validation.
    pub rust: bool,
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// Its authors, separated by `:`.
    pub authors: String,
    /// Its description.
    pub description: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// The repository of its source.
    pub repository: String,
    /// The compiler that built it, as `rustc --version` prints it. Empty for any
    /// other compiler.
    pub rustc: String,
    /// The target of the build, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
}

/// One interface of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InterfaceMetadata {
    /// The full path of the trait: the interface's identity.
    pub path: String,
    /// The interface's version, such as `1.0`.
    pub version: String,
    /// `true` if an instance may move to another thread.
    pub send: bool,
    /// `true` if several threads may call one instance at once.
    pub sync: bool,
    /// The hash of the two above and of its methods' names and types, in order.
    pub fingerprint: u128,
    /// Its methods. A hand-written library may leave them out.
    pub methods: Vec<MethodMetadata>,
    /// The structs and enums that its methods refer to.
    pub types: Vec<TypeMetadata>,
    /// The interfaces whose objects its methods take or return, and those that
    /// these refer to in turn. The interface may be in its own list. In each of
    /// these, this field is empty.
    pub objects: Vec<InterfaceMetadata>,
}

impl InterfaceMetadata {
    /// The name of the trait, which is part of the exported symbols.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// let metadata = plugin_interface::inspect("plugins/libgreeter.so")?;
    /// assert_eq!(metadata.interfaces[0].name(), "Greeter");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &str {
        self.path.rsplit(':').next().unwrap_or(&self.path)
    }
}

/// A struct or an enum that the methods of an interface refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeMetadata {
    /// The full path of the type: its identity.
    pub path: String,
    /// The version of the crate that defines it. Empty if that is unknown.
    pub version: String,
    /// Its definition, as its author wrote it.
    pub definition: String,
    /// The hash of the path and of the names and types in the definition. Structs
    /// and enums in the definition count by their paths. Later fields do not count.
    pub fingerprint: u128,
    /// The structs, enums and interfaces that the definition names, in order.
    pub names: Vec<Reference>,
    /// Of a struct that grows: the fields that later versions added. Of an enum: its
    /// later variants. `None` for any other type.
    pub later: Option<Vec<LaterField>>,
}

/// A field that a later version added to a struct that grows, or a variant that it
/// added to an enum.
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// let metadata = plugin_interface::inspect("plugins/libtools.so")?;
/// let types = &metadata.interfaces[0].types;
/// for field in types.iter().flat_map(|ty| &ty.later).flatten() {
///     println!("{} was added by version {}", field.name, field.since);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaterField {
    /// Its name. Empty in a tuple.
    pub name: String,
    /// The version that added it, such as `1.1`.
    pub since: String,
    /// The hash of its name and types.
    pub fingerprint: u128,
}

/// A struct, an enum or an interface, where a signature or a definition names it.
///
/// ```
/// use plugin_interface::metadata::Reference;
/// assert_ne!(Reference::Type(0), Reference::Object(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reference {
    /// The number of a type among the [types](InterfaceMetadata::types) of its
    /// interface.
    Type(usize),
    /// The number of an interface among the [objects](InterfaceMetadata::objects) of
    /// the outermost interface.
    Object(usize),
}

/// One method of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodMetadata {
    /// The method's name.
    pub name: String,
    /// The whole signature, in Rust syntax.
    pub signature: String,
    /// The version of the interface that added the method, such as `1.1`. Empty
    /// for the methods of the first version.
    pub since: String,
    /// The hash of its name and types.
    pub fingerprint: u128,
    /// The structs, enums and interfaces that the signature names, in order. Two of
    /// one name are told apart by this.
    pub names: Vec<Reference>,
}

/// One implementation of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationMetadata {
    /// The full path of the interface's trait.
    pub interface: String,
    /// The name of the registration: that of the type, or `name = ".."`.
    pub name: String,
    /// The services that it needs: without them it is not created.
    pub needs: Vec<InterfaceMetadata>,
    /// The services that it provides to other plugins.
    pub provides: Vec<InterfaceMetadata>,
    /// A version that replaces it receives its state. Libraries of earlier releases do
    /// not say so.
    pub keeps_state: bool,
    /// The host starts it, stops it and asks for its health. Libraries of earlier
    /// releases do not say so.
    pub has_lifecycle: bool,
}
