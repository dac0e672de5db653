//! Admit: compares a library's metadata with the policy and with what the host
//! asks for. Pure.

use std::collections::HashSet;
use std::path::Path;

use crate::abi::ABI_VERSION;
use crate::host::compare::fit::difference;
use crate::host::compare::mismatch::Mismatch;
use crate::host::error::LoadError;
use crate::host::load::policy::LoadPolicy;
use crate::interface::PluginTrait;
use crate::metadata::{InterfaceMetadata, PluginMetadata};

/// The interface that a library is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Any interface.
    Any,
    /// The one at that path, whatever its methods are.
    Path(&'a str),
    /// That interface of the host.
    Interface(PluginTrait),
}

impl Wanted<'_> {
    /// Returns the path of the interface, or `None` for any.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Wanted::Any => None,
            Wanted::Path(path) => Some(path),
            Wanted::Interface(interface) => Some(interface.path()),
        }
    }
}

impl From<Option<PluginTrait>> for Wanted<'_> {
    fn from(interface: Option<PluginTrait>) -> Self {
        interface.map_or(Wanted::Any, Wanted::Interface)
    }
}

/// Admits a library for what is wanted of it.
pub(crate) fn admit(
    path: &Path,
    metadata: &PluginMetadata,
    policy: &LoadPolicy,
    wanted: Wanted<'_>,
) -> Result<(), LoadError> {
    policy.check_package(path, metadata)?;
    admit_for(path, metadata, wanted.path())?;
    let Wanted::Interface(wanted) = wanted else { return Ok(()) };
    // Two versions of a crate may offer two of one path.
    let offered = metadata.interfaces.iter().filter(|i| i.path == wanted.path());
    let mut first = None;
    for offered in offered {
        match difference(wanted, offered) {
            None => return Ok(()),
            mismatch => first = first.or(mismatch),
        }
    }
    first.map_or(Ok(()), |mismatch| {
        Err(LoadError::Mismatch { path: path.to_owned(), mismatch: Box::new(mismatch) })
    })
}

/// Admits a library for the interface at that path, or for any, whatever its
/// methods are.
pub(crate) fn admit_for(
    path: &Path,
    metadata: &PluginMetadata,
    wanted: Option<&str>,
) -> Result<(), LoadError> {
    let path = || path.to_owned();
    let found = metadata.package.abi_version;
    if found != ABI_VERSION {
        return Err(LoadError::AbiVersion { path: path(), expected: ABI_VERSION, found });
    }
    if metadata.package.rust && !metadata.package.unwinds {
        return Err(LoadError::PanicAbort { path: path() });
    }
    if metadata.interfaces.is_empty() {
        return Err(LoadError::NoInterface { path: path() });
    }
    if let Some(name) = unimplemented(metadata, wanted) {
        return Err(LoadError::NoRegistration { path: path(), name });
    }
    match wanted {
        Some(wanted) if metadata.interfaces.iter().all(|i| i.path != wanted) => {
            let offered = metadata.interfaces.iter().map(|i| i.path.clone()).collect();
            Err(LoadError::OtherInterface { path: path(), wanted: wanted.to_owned(), offered })
        }
        _ => Ok(()),
    }
}

/// The interface that the library should implement and does not: a forgotten
/// attribute. A hand-written library need not list its registrations.
fn unimplemented(metadata: &PluginMetadata, wanted: Option<&str>) -> Option<String> {
    let implemented: HashSet<_> =
        metadata.registrations.iter().map(|r| r.interface.as_str()).collect();
    let asked = |path: &str| wanted.is_none_or(|wanted| wanted == path);
    let mut offered = metadata.interfaces.iter().filter(|i| asked(&i.path));
    let has = |interface: &InterfaceMetadata| implemented.contains(interface.path.as_str());
    let first = offered.next().filter(|_| metadata.package.rust)?;
    let none = !has(first) && !offered.any(has);
    none.then(|| first.name().to_owned())
}

/// Refuses a library whose interface has more or fewer methods than `wanted`:
/// for hosts that read the vtable themselves.
pub(crate) fn same(
    path: &Path,
    metadata: &PluginMetadata,
    wanted: PluginTrait,
) -> Result<(), LoadError> {
    let offered = metadata.interfaces.iter().find(|i| i.path == wanted.path());
    match (offered, wanted.metadata()) {
        (Some(offered), Some(host)) if offered.fingerprint != host.fingerprint => {
            let mismatch = Box::new(Mismatch { host, plugin: offered.clone() });
            Err(LoadError::Mismatch { path: path.to_owned(), mismatch })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::host::load::admit::*;
    use crate::metadata::{
        MethodMetadata, PackageMetadata, Reference, RegistrationMetadata, TypeMetadata,
    };

    fn method(signature: &str) -> MethodMetadata {
        let name = signature.split(['(', ' ']).nth(1).unwrap().to_owned();
        let (signature, since) = (signature.to_owned(), String::new());
        let (fingerprint, names) = (signature.len() as u128, vec![Reference::Type(0)]);
        MethodMetadata { name, signature, since, fingerprint, names }
    }

    fn interface(fingerprint: u128, signatures: &[&str]) -> InterfaceMetadata {
        InterfaceMetadata {
            path: PluginTrait::Greeter.path().to_owned(),
            version: "1.0".to_owned(),
            send: true,
            sync: true,
            fingerprint,
            methods: signatures.iter().map(|s| method(s)).collect(),
            types: Vec::new(),
            objects: Vec::new(),
        }
    }

    fn library(interfaces: Vec<InterfaceMetadata>) -> PluginMetadata {
        PluginMetadata {
            package: PackageMetadata {
                abi_version: ABI_VERSION,
                unwinds: true,
                rust: true,
                name: String::new(),
                version: String::new(),
                authors: String::new(),
                description: String::new(),
                license: String::new(),
                repository: String::new(),
                rustc: String::new(),
                target: String::new(),
            },
            settings: Vec::new(),
            registrations: interfaces
                .iter()
                .map(|i| RegistrationMetadata {
                    interface: i.path.clone(),
                    name: "X".to_owned(),
                    needs: Vec::new(),
                    provides: Vec::new(),
                    keeps_state: false,
                    has_lifecycle: false,
                })
                .collect(),
            interfaces,
        }
    }

    fn verdict(metadata: &PluginMetadata) -> Result<(), LoadError> {
        admit(
            Path::new("libx.so"),
            metadata,
            &LoadPolicy::new(),
            Wanted::Interface(PluginTrait::Greeter),
        )
    }

    #[test]
    fn the_same_interface_is_admitted() {
        let same = interface(PluginTrait::Greeter.fingerprint(), &[]);
        assert!(verdict(&library(vec![same])).is_ok());
    }

    #[test]
    fn a_denied_package_is_refused_whatever_else_it_is() {
        let mut metadata = library(vec![]);
        metadata.package.name = "parrot".to_owned();
        let policy = LoadPolicy::new().deny("parrot");
        let refused = admit(Path::new("libx.so"), &metadata, &policy, Wanted::Any).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "libx.so is of the package parrot, which the policy denies"
        );
    }

    #[test]
    fn a_library_that_offers_nothing_is_refused_whatever_is_asked_for() {
        let empty = library(vec![]);
        assert!(matches!(verdict(&empty), Err(LoadError::NoInterface { .. })));
        let refused = admit(Path::new("libx.so"), &empty, &LoadPolicy::new(), Wanted::Any);
        assert!(matches!(refused, Err(LoadError::NoInterface { .. })));
    }

    #[test]
    fn an_interface_that_nothing_implements_is_a_forgotten_attribute() {
        let mut metadata = library(vec![interface(PluginTrait::Greeter.fingerprint(), &[])]);
        metadata.registrations.clear();
        let text = verdict(&metadata).unwrap_err().to_string();
        assert!(text.contains("put #[plugin_impl(Greeter)] on an impl of Greeter"), "{text}");
        metadata.package.rust = false;
        assert!(verdict(&metadata).is_ok(), "by hand, it need not be listed");
    }

    #[test]
    fn another_abi_version_is_refused() {
        let mut metadata = library(vec![]);
        metadata.package.abi_version = 2;
        let text = verdict(&metadata).unwrap_err().to_string();
        assert!(text.contains("expected ABI version 1, found 2"), "{text}");
    }

    #[test]
    fn a_library_that_aborts_on_panic_is_refused() {
        let mut metadata = library(vec![]);
        metadata.package.unwinds = false;
        assert!(matches!(verdict(&metadata), Err(LoadError::PanicAbort { .. })));
    }

    #[test]
    fn a_library_of_other_interfaces_lists_them() {
        let mut other = interface(1, &[]);
        other.path = "tools::Tool".to_owned();
        let text = verdict(&library(vec![other])).unwrap_err().to_string();
        assert!(text.ends_with("it offers tools::Tool"), "{text}");
    }

    #[test]
    fn an_interface_that_may_have_moved_is_told_how_to_keep_its_identity() {
        let mut moved = interface(1, &[]);
        moved.path = "tools::polite::Greeter".to_owned();
        let text = verdict(&library(vec![moved])).unwrap_err().to_string();
        let advice = "it offers tools::polite::Greeter; if it only moved, keep its identity by `#[plugin_interface(path = \"plugin_interface::greeter::Greeter\")]`";
        assert!(text.ends_with(advice), "{text}");
    }

    #[test]
    fn another_major_version_of_the_same_methods_is_refused() {
        let mut theirs = interface(PluginTrait::Greeter.fingerprint(), &[]);
        theirs.version = "2.0".to_owned();
        let text = verdict(&library(vec![theirs.clone()])).unwrap_err().to_string();
        assert!(text.contains("host (version 1.0) and plugin (version 2.0)"), "{text}");
        theirs.version = "1.7".to_owned();
        assert!(verdict(&library(vec![theirs])).is_ok());
    }

    #[test]
    fn other_markers_are_shown_from_both_sides() {
        let mut theirs = interface(1, &["fn name(&self) -> String"]);
        theirs.sync = false;
        let text = verdict(&library(vec![theirs])).unwrap_err().to_string();
        assert!(text.contains("host   Send + Sync\n    plugin Send, not Sync\n"), "{text}");
        assert!(text.lines().count() <= 10, "{text}");
    }

    #[test]
    fn a_changed_method_is_shown_from_both_sides() {
        let theirs = interface(1, &["fn name(&self) -> String"]);
        let text = verdict(&library(vec![theirs])).unwrap_err().to_string();
        for expected in [
            "method name",
            "host   fn name(&self) -> &str",
            "plugin fn name(&self) -> String",
            "and 1 more",
            "build both against one version",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        assert!(text.lines().count() <= 10, "{text}");
    }

    #[test]
    fn a_changed_field_is_shown_from_both_sides_below_the_method_that_leads_to_it() {
        let name = "fn name(&self) -> Config";
        let sides = [(1, "struct Config { a: u32 }"), (2, "struct Config { a: u64 }")];
        let [host, plugin] = sides.map(|(fingerprint, definition)| {
            let mut side = interface(fingerprint, &[name]);
            side.methods[0].fingerprint = fingerprint;
            let (path, definition) = ("tools::Config".to_owned(), definition.to_owned());
            let (version, names) = ("1.0.0".to_owned(), Vec::new());
            side.types =
                vec![TypeMetadata { path, version, definition, fingerprint, names, later: None }];
            side
        });
        let text = Mismatch { host, plugin }.to_string();
        let lines: Vec<_> = text.lines().skip(1).map(str::trim_start).collect();
        assert_eq!(lines[0], "method name: fn name(&self) -> Config");
        assert_eq!(lines[1], "in the field a of tools::Config:");
        assert_eq!(lines[2], "host   a: u32");
        assert_eq!(lines[3], "plugin a: u64");
        assert_eq!(lines.len(), 5, "{text}");
    }
}
