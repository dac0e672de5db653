//! Whether the objects that a method takes and returns can go to another process, with
//! all that their own methods take and return.

use std::collections::HashSet;

use super::method::Carried;
use super::object_type::ObjectType;
use crate::host::by_descriptor::error::DynamicError;

/// Refuses methods whose objects cannot go to another process.
pub(in crate::host::by_descriptor) fn check_objects(
    methods: &[Carried],
) -> Result<(), DynamicError> {
    check(methods.iter().flat_map(Carried::objects).collect())
}

/// Refuses a type of objects that cannot go to another process.
pub(in crate::host::by_descriptor) fn check_type(
    of: &'static ObjectType,
) -> Result<(), DynamicError> {
    check(vec![of])
}

fn check(mut open: Vec<&'static ObjectType>) -> Result<(), DynamicError> {
    let mut seen = HashSet::new();
    while let Some(of) = open.pop() {
        if !seen.insert(std::ptr::from_ref(of)) {
            continue;
        }
        for method in &of.interface.methods {
            open.extend(Carried::new(&of.interface, method)?.objects());
        }
    }
    Ok(())
}
