//! What hosts of one library say when another takes its place.

use std::path::Path;

use crate::host::error::LoadError;
use crate::host::load::admit::admit_for;
use crate::metadata::{InterfaceMetadata, PluginMetadata};

/// Returns the errors of hosts that used `old` and load `new`, which is at `path`.
///
/// They are those of a load and of a [`Live`](crate::Live), by the same code: of a
/// library that aborts on panic, that implements nothing, or that lacks a
/// registration. A `Live` without a name refuses a second registration. The methods
/// of the interfaces are compared by
/// [`InterfaceChange`](crate::compare::InterfaceChange).
///
/// ```no_run
/// # fn main() -> Result<(), plugin_interface::InspectError> {
/// use plugin_interface::compare::replacement_errors;
/// use plugin_interface::inspect;
///
/// let path = "new/libtools.so";
/// for error in replacement_errors(&inspect("old/libtools.so")?, &inspect(path)?, path) {
///     println!("refused: {error}");
/// }
/// # Ok(())
/// # }
/// ```
pub fn replacement_errors(
    old: &PluginMetadata,
    new: &PluginMetadata,
    path: impl AsRef<Path>,
) -> Vec<LoadError> {
    let path = path.as_ref();
    if let Err(error) = admit_for(path, new, None) {
        return vec![error];
    }
    let is_kept = |old: &&InterfaceMetadata| new.interfaces.iter().any(|it| it.path == old.path);
    // One that is gone is a change of the interfaces.
    let kept = old.interfaces.iter().filter(is_kept);
    kept.flat_map(|interface| of_interface(old, new, &interface.path, path)).collect()
}

/// Returns the errors of hosts that use one interface.
fn of_interface(
    old: &PluginMetadata,
    new: &PluginMetadata,
    interface: &str,
    path: &Path,
) -> Vec<LoadError> {
    let [before, now] = [old, new].map(|metadata| names(metadata, interface));
    // Nothing was made of it before.
    if before.is_empty() && old.package.rust {
        return Vec::new();
    }
    if let Err(error) = admit_for(path, new, Some(interface)) {
        return vec![error];
    }
    // A hand-written library need not list them.
    if before.is_empty() || now.is_empty() {
        return Vec::new();
    }
    let asked = before.iter().map(Some).chain((before.len() == 1).then_some(None));
    let mut errors: Vec<_> =
        asked.filter_map(|name| pick(path, interface, name, &now).err()).collect();
    // Who asks by name learns as much.
    let is_named = |error: &LoadError| matches!(error, LoadError::NoSuchRegistration { .. });
    if errors.iter().any(is_named) {
        errors.retain(is_named);
    }
    errors
}

/// Returns the names of the registrations of an interface.
pub(crate) fn names(metadata: &PluginMetadata, interface: &str) -> Vec<String> {
    let listed = metadata.registrations.iter().filter(|it| it.interface == interface);
    listed.map(|registration| registration.name.clone()).collect()
}

/// Returns the index of the requested name, or of the only one.
pub(crate) fn pick(
    path: &Path,
    interface: &str,
    wanted: Option<&String>,
    names: &[String],
) -> Result<usize, LoadError> {
    let (path, interface) = (path.to_owned(), interface.to_owned());
    let all = || {
        let mut all = names.to_vec();
        all.sort();
        all
    };
    match (wanted, names) {
        (Some(name), _) => names.iter().position(|found| found == name).ok_or_else(|| {
            LoadError::NoSuchRegistration { path, interface, name: name.clone(), names: all() }
        }),
        (None, [_]) => Ok(0),
        (None, _) => Err(LoadError::SeveralRegistrations { path, interface, names: all() }),
    }
}
