//! Objects that a method returned: whose they are, and of which interface.
#![expect(unsafe_code, reason = "takes objects of other libraries over")]

use crate::abi::{ABI_VERSION, RawObject, words};
use crate::metadata::InterfaceMetadata;
use crate::metadata::decode;
use crate::metadata::signature::Type;
use crate::object::OwnedObject;

/// Takes an object over. Returns `None` if it has no methods to drop it with.
fn taken(raw: RawObject) -> Option<OwnedObject> {
    // SAFETY: the table of an object is null or a static of its library, which the
    // object keeps loaded.
    let table = unsafe { raw.table.as_ref() }?;
    let is_whole = !table.vtable.is_null() && !raw.library_ref.is_null();
    // SAFETY: it was returned by value, so it is ours, and each of its owners takes
    // it over once.
    is_whole.then(|| unsafe { OwnedObject::new(raw) })
}

/// Drops an object that was returned within an invalid value.
pub(super) fn drop_raw(raw: RawObject) {
    drop(taken(raw));
}

/// Returns the interface in `dyn Interface + Send`, if it is the name of one.
pub(super) fn interface_name(of: &Type) -> Option<&str> {
    let Type::Other(text) = of else { return None };
    let name = text.strip_prefix("dyn ")?.split(" + ").next()?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// Returns the interfaces of that name whose objects the methods of another take or
/// return.
pub(super) fn named<'i>(
    interface: &'i InterfaceMetadata,
    name: &'i str,
) -> impl Iterator<Item = &'i InterfaceMetadata> {
    let listed = interface.objects.iter();
    listed.filter(move |object| object.name() == name)
}

/// Takes an object over, and finds the interface that it has. `Err` says what is
/// wrong with it; then it is dropped.
pub(super) fn described(
    raw: RawObject,
    of: &Type,
    within: &InterfaceMetadata,
) -> Result<(OwnedObject, InterfaceMetadata), String> {
    let object = taken(raw).ok_or("a pointer of an object must not be null")?;
    let name = interface_name(of).unwrap_or_default();
    // SAFETY: the vtable of an object begins with its header.
    let header = unsafe { &*object.table().vtable };
    let record = object.table().record;
    let interface = match record.len {
        0 => named(within, name).next().cloned().map(|interface| InterfaceMetadata {
            // Its own list is that of the outermost interface.
            objects: within.objects.clone(),
            ..interface
        }),
        // SAFETY: the record of an interface is a static of its library.
        len => decode::interface_of(unsafe { core::slice::from_raw_parts(record.ptr.cast(), len) })
            .ok(),
    };
    let is_its_own = |interface: &InterfaceMetadata| {
        interface.name() == name
            && words(interface.fingerprint) == header.fingerprint
            && interface.methods.len() <= header.methods as usize
            && header.abi_version == ABI_VERSION
    };
    match interface.filter(is_its_own) {
        Some(interface) => Ok((object, interface)),
        None => Err(format!("an object of {name} must have the methods that its record lists")),
    }
}
