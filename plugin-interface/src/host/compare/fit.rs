//! The test whether two interfaces are compatible.

use super::growing;
use super::mismatch::Mismatch;
use super::pairs;
use super::version::major;
use crate::interface::PluginTrait;
use crate::metadata::InterfaceMetadata;
use crate::metadata::decode::Outline;

/// Returns `true` if a host can call a plugin: both have the same interface, or
/// one has methods at the end that were added later. So may what grows have fields or
/// variants that only one side knows. The interfaces of the
/// objects that they exchange must be compatible too.
///
/// A method that the plugin lacks has a default body, which the host runs. The
/// host does not know of methods that only the plugin has.
pub(crate) fn is_compatible(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> bool {
    mismatch(host, plugin).is_none()
}

/// The mismatch, if any, with the interface that the host asks for. Both are
/// nearly always the same, which shows without decoding the host's record.
pub(crate) fn difference(wanted: PluginTrait, plugin: &InterfaceMetadata) -> Option<Mismatch> {
    if is_same(wanted, plugin) {
        return None;
    }
    match wanted.metadata() {
        Some(host) => mismatch(&host, plugin),
        // Of an interface beyond the limits only this much is known.
        None => {
            let (path, version) = (wanted.path().to_owned(), String::new());
            let host = InterfaceMetadata {
                path,
                version,
                fingerprint: wanted.fingerprint(),
                methods: Vec::new(),
                ..plugin.clone()
            };
            Some(Mismatch { host, plugin: plugin.clone() })
        }
    }
}

/// Returns `true` if both have the same fingerprint, and so have all their objects.
fn is_same(wanted: PluginTrait, plugin: &InterfaceMetadata) -> bool {
    let is_same = |host: &Outline<'_>, plugin: &InterfaceMetadata| {
        host.path == plugin.path
            && host.fingerprint == plugin.fingerprint
            && major(host.version) == major(&plugin.version)
    };
    let hosts = wanted.outlines();
    let Some((host, objects)) = hosts.split_first() else { return false };
    is_same(host, plugin)
        && objects.len() == plugin.objects.len()
        && objects.iter().zip(&plugin.objects).all(|(host, plugin)| is_same(host, plugin))
}

impl Mismatch {
    /// Compares two interfaces as a load does. Returns `None` if a host with the one
    /// can use a plugin with the other.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// use plugin_interface::{Mismatch, inspect};
    ///
    /// let (one, two) = (inspect("plugins/libone.so")?, inspect("plugins/libtwo.so")?);
    /// if let Some(mismatch) = Mismatch::between(&one.interfaces[0], &two.interfaces[0]) {
    ///     println!("no host can load both: {mismatch}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn between(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> Option<Self> {
        mismatch(host, plugin)
    }
}

/// The first incompatible interface: the two themselves, or that of objects
/// which both know.
pub(crate) fn mismatch(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> Option<Mismatch> {
    if !is_compatible_alone(host, plugin) {
        return Some(Mismatch { host: host.clone(), plugin: plugin.clone() });
    }
    let mut both = pairs::objects(host, plugin).into_iter();
    let [ours, theirs] = both.find(|[ours, theirs]| !is_compatible_alone(ours, theirs))?;
    // Its methods may name other objects.
    let with_objects = |object: &InterfaceMetadata, of: &InterfaceMetadata| InterfaceMetadata {
        objects: of.objects.clone(),
        ..object.clone()
    };
    Some(Mismatch { host: with_objects(ours, host), plugin: with_objects(theirs, plugin) })
}

/// Returns `true` if the two are compatible, whatever interfaces they refer to.
/// Each is judged by its own version, which says nothing of those it refers to.
pub(crate) fn is_compatible_alone(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> bool {
    if host.path != plugin.path || major(&host.version) != major(&plugin.version) {
        return false;
    }
    if host.fingerprint == plugin.fingerprint {
        return true;
    }
    // A hand-written plugin need not list its methods: then both must be the
    // same.
    let common = host.methods.len().min(plugin.methods.len());
    let is_same = |i: usize| host.methods[i].fingerprint == plugin.methods[i].fingerprint;
    let (more, less) = (&host.methods[common..], &plugin.methods[common..]);
    (host.send, host.sync) == (plugin.send, plugin.sync)
        && common > 0
        && (0..common).all(is_same)
        && more.iter().chain(less).all(|method| !method.since.is_empty())
        && growing::first_conflict(host, plugin).is_none()
}

#[cfg(test)]
#[expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]
mod tests {
    use crate::host::compare::fit::*;

    #[crate::plugin_interface]
    trait Guide: Send + Sync {
        fn lead(&self, guest: &dyn crate::Greeter);
    }

    #[test]
    fn the_interfaces_of_objects_must_be_compatible_too() {
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
    fn an_interface_beyond_the_limits_is_compatible_with_none() {
        let plugin = PluginTrait::Greeter.metadata().unwrap();
        let mismatch = difference(PluginTrait::Greeter.beyond_limits(), &plugin).unwrap();
        assert_eq!(mismatch.host().path, plugin.path);
        assert!(mismatch.to_string().contains("build both against one"), "{mismatch}");
    }
}
