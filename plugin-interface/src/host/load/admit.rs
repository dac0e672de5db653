//! Admit: whether a library's metadata is what the host asks for, and what its
//! policy allows. Pure.

use std::path::Path;

use crate::abi::ABI_VERSION;
use crate::host::compare::mismatch::Mismatch;
use crate::host::error::LoadError;
use crate::host::load::policy::LoadPolicy;
use crate::interface::PluginTrait;
use crate::metadata::decode::Outline;
use crate::metadata::{InterfaceMetadata, PluginMetadata};

/// Admits a library that may be asked for `wanted`, or for any interface.
pub(crate) fn admit(
    path: &Path,
    metadata: &PluginMetadata,
    policy: &LoadPolicy,
    wanted: Option<PluginTrait>,
) -> Result<(), LoadError> {
    policy.check_package(path, metadata)?;
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
    let Some(wanted) = wanted else { return Ok(()) };
    let Some(offered) = metadata.interfaces.iter().find(|i| i.path == wanted.path()) else {
        let wanted = wanted.path().to_owned();
        let offered = metadata.interfaces.iter().map(|i| i.path.clone()).collect();
        return Err(LoadError::OtherInterface { path: path(), wanted, offered });
    };
    match difference(wanted, offered) {
        Some(mismatch) => Err(LoadError::Mismatch { path: path(), mismatch: Box::new(mismatch) }),
        None => Ok(()),
    }
}

/// The interface of which the library has nothing, though it is asked for it: a
/// forgotten attribute. A library written by hand need not list what it has.
fn unimplemented(metadata: &PluginMetadata, wanted: Option<PluginTrait>) -> Option<String> {
    let has = |path: &str| metadata.registrations.iter().any(|r| r.interface == path);
    let asked = |path: &str| wanted.is_none_or(|wanted| wanted.path() == path);
    let mut offered = metadata.interfaces.iter().filter(|i| asked(&i.path));
    let first = offered.next().filter(|_| metadata.package.rust)?;
    let none = !has(&first.path) && !offered.any(|interface| has(&interface.path));
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

/// Whether a host can call a plugin: their interfaces are the same, or differ
/// in methods at the end that came later; and so are those of the objects that
/// go between them.
///
/// What the plugin lacks has a default body, which the host runs; what it has
/// more, the host does not know of.
pub(crate) fn fits(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> bool {
    mismatch(host, plugin).is_none()
}

/// The same, by what the host asks for. Nearly always both are the same, which
/// shows without reading what it is.
pub(crate) fn difference(wanted: PluginTrait, plugin: &InterfaceMetadata) -> Option<Mismatch> {
    match is_same(wanted, plugin) {
        true => None,
        false => wanted.metadata().and_then(|host| mismatch(&host, plugin)),
    }
}

/// Whether the two have the same fingerprint, and so have those of the objects
/// that both know.
fn is_same(wanted: PluginTrait, plugin: &InterfaceMetadata) -> bool {
    let is_same = |host: &Outline<'_>, plugin: &InterfaceMetadata| {
        host.fingerprint == plugin.fingerprint && major(host.version) == major(&plugin.version)
    };
    let hosts = wanted.outlines();
    let Some((host, objects)) = hosts.split_first() else { return false };
    let mut known = objects.iter().filter_map(|ours| {
        let theirs = plugin.objects.iter().find(|theirs| theirs.path == ours.path)?;
        Some((ours, theirs))
    });
    host.path == plugin.path
        && is_same(host, plugin)
        && known.all(|(host, plugin)| is_same(host, plugin))
}

/// Which interface does not fit: theirs, or one whose objects both know.
pub(crate) fn mismatch(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> Option<Mismatch> {
    let mut all = core::iter::once((host, plugin)).chain(objects_of_both(host, plugin));
    let (host, plugin) = all.find(|(host, plugin)| !fit(host, plugin))?;
    Some(Mismatch { host: host.clone(), plugin: plugin.clone() })
}

/// The interfaces whose objects both know, however many others lead to them, as
/// each side knows them.
pub(crate) fn objects_of_both<'i>(
    host: &'i InterfaceMetadata,
    plugin: &'i InterfaceMetadata,
) -> impl Iterator<Item = (&'i InterfaceMetadata, &'i InterfaceMetadata)> {
    host.objects.iter().filter_map(|ours| {
        let theirs = plugin.objects.iter().find(|theirs| theirs.path == ours.path)?;
        Some((ours, theirs))
    })
}

/// Whether the two fit, whatever they lead to. Each is measured by its own
/// version: that of an interface says nothing of those that it leads to.
pub(crate) fn fit(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> bool {
    if host.path != plugin.path || major(&host.version) != major(&plugin.version) {
        return false;
    }
    if host.fingerprint == plugin.fingerprint {
        return true;
    }
    // A plugin written by hand need not list its methods: then only the same
    // will do.
    let common = host.methods.len().min(plugin.methods.len());
    let is_same = |i: usize| host.methods[i].fingerprint == plugin.methods[i].fingerprint;
    let (more, less) = (&host.methods[common..], &plugin.methods[common..]);
    (host.send, host.sync) == (plugin.send, plugin.sync)
        && common > 0
        && (0..common).all(is_same)
        && more.iter().chain(less).all(|method| !method.since.is_empty())
}

/// The part of a version that says what fits.
pub(crate) fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::host::load::admit::*;
    use crate::metadata::{MethodMetadata, PackageMetadata, RegistrationMetadata, TypeMetadata};

    fn method(signature: &str) -> MethodMetadata {
        let name = signature.split(['(', ' ']).nth(1).unwrap().to_owned();
        let fingerprint = signature.len() as u64;
        MethodMetadata { name, signature: signature.to_owned(), since: String::new(), fingerprint }
    }

    fn interface(fingerprint: u64, signatures: &[&str]) -> InterfaceMetadata {
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
            registrations: interfaces
                .iter()
                .map(|i| RegistrationMetadata { interface: i.path.clone(), name: "X".to_owned() })
                .collect(),
            interfaces,
        }
    }

    fn verdict(metadata: &PluginMetadata) -> Result<(), LoadError> {
        admit(Path::new("libx.so"), metadata, &LoadPolicy::new(), Some(PluginTrait::Greeter))
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
        let refused = admit(Path::new("libx.so"), &metadata, &policy, None).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "libx.so is of the package parrot, which the policy denies"
        );
    }

    #[test]
    fn a_library_that_offers_nothing_is_refused_whatever_is_asked_for() {
        let empty = library(vec![]);
        assert!(matches!(verdict(&empty), Err(LoadError::NoInterface { .. })));
        let refused = admit(Path::new("libx.so"), &empty, &LoadPolicy::new(), None);
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
        assert!(text.contains("it offers tools::Tool"), "{text}");
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

    #[crate::plugin_interface]
    trait Guide: Send + Sync {
        fn lead(&self, guest: &dyn crate::Greeter);
    }

    #[test]
    fn the_interfaces_of_objects_must_fit_though_the_one_asked_for_is_the_same() {
        let wanted = PluginTrait::of::<dyn Guide>();
        let mut plugin = wanted.metadata().unwrap();
        assert!(difference(wanted, &plugin).is_none());
        plugin.objects[0].fingerprint ^= 1;
        assert!(difference(wanted, &plugin).is_none(), "every method is the same");
        plugin.objects[0].methods[0].fingerprint ^= 1;
        let text = difference(wanted, &plugin).unwrap().to_string();
        assert!(text.contains("fn name(&self)"), "{text}");
        plugin.objects[0].path = "tools::Other".to_owned();
        assert!(difference(wanted, &plugin).is_none(), "one that the host does not know");
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
            side.types = vec![TypeMetadata { path, definition, fingerprint }];
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
