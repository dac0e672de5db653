//! The functions of a library that hosts call, by name: for notes about crashes.
#![expect(unsafe_code, reason = "reads the addresses of functions in tables")]

use core::ptr::NonNull;

use crate::abi::{RawFactory, RawLifecycle, VTableHeader};
use crate::host::crash_notes::NamedFunction;
use crate::host::library::instance::ErasedRegistration;
use crate::host::library::symbols::{self, Symbols};
use crate::metadata::InterfaceMetadata;

/// Names the functions of a factory.
///
/// # Safety
///
/// 1. The factory is a static of a library that is open, and has the fields that
///    factories had first.
pub(super) unsafe fn of_factory(
    factory: NonNull<RawFactory>,
    name: &str,
    interface: &InterfaceMetadata,
) -> Vec<NamedFunction> {
    let factory = factory.as_ptr();
    let of = format!("of `{name}` ({})", interface.path);
    // SAFETY: condition 1.
    let (size, make, unmake) = unsafe { ((*factory).size, (*factory).make, (*factory).unmake) };
    let mut functions = vec![
        (make as *const () as usize, format!("the constructor {of}")),
        (unmake as *const () as usize, format!("the drop {of}")),
    ];
    if size >= RawFactory::SIZE_WITH_STATE {
        // SAFETY: the size says that it has the field.
        let state = unsafe { (*factory).state };
        let save = state.save.map(|save| save as *const () as usize);
        let restore = state.restore.map(|restore| restore as *const () as usize);
        functions.extend(save.map(|save| (save, format!("`save` {of}"))));
        functions.extend(restore.map(|restore| (restore, format!("`restore` {of}"))));
    }
    if size > RawFactory::SIZE_WITH_PROVIDE {
        // SAFETY: the size says that it has the field; it is null or a static.
        let lifecycle = unsafe { (*factory).lifecycle.as_ref() };
        if let Some(RawLifecycle { start, stop, health, .. }) = lifecycle {
            functions.push((*start as *const () as usize, format!("the start {of}")));
            functions.push((*stop as *const () as usize, format!("the stop {of}")));
            functions.push((*health as *const () as usize, format!("`health` {of}")));
        }
    }
    functions
}

/// Names the functions that a library without factories exports.
pub(super) fn of_symbols(exported: Symbols<'_>, interface: &str) -> Vec<NamedFunction> {
    let functions = [
        (
            exported.register_all(interface).map(|f| f as *const () as usize),
            symbols::register_all_name(interface),
        ),
        (
            exported.unregister_all(interface).map(|f| f as *const () as usize),
            symbols::unregister_all_name(interface),
        ),
        (
            exported.register(interface).map(|f| f as *const () as usize),
            symbols::register_name(interface),
        ),
        (
            exported.unregister(interface).map(|f| f as *const () as usize),
            symbols::unregister_name(interface),
        ),
    ];
    let named = |(address, name): (Option<usize>, String)| Some((address?, format!("`{name}`")));
    functions.into_iter().filter_map(named).collect()
}

/// Names the methods of a registration.
///
/// # Safety
///
/// 1. The registration is that of a library that is open, and was checked.
pub(super) unsafe fn of_registration(
    registration: NonNull<ErasedRegistration>,
    name: &str,
    interface: &InterfaceMetadata,
) -> Vec<NamedFunction> {
    // SAFETY: condition 1.
    let vtable = unsafe { registration.as_ref() }.vtable;
    // SAFETY: condition 1: it begins with a header.
    let header = unsafe { vtable.read() };
    let of = format!("of `{name}` ({})", interface.path);
    let mut functions = vec![(header.drop as *const () as usize, format!("the drop {of}"))];
    if header.methods as usize != interface.methods.len() {
        // A proxy will be refused, or the library lists no methods.
        return functions;
    }
    // SAFETY: the header says how many functions follow it.
    let first = unsafe { vtable.add(1) }.cast::<usize>();
    const { assert!(size_of::<VTableHeader>().is_multiple_of(align_of::<usize>())) };
    for (index, method) in interface.methods.iter().enumerate() {
        // SAFETY: as above; a function is as large as a word.
        let address = unsafe { first.add(index).read() };
        functions.push((address, format!("`{}` {of}", method.name)));
    }
    functions
}
