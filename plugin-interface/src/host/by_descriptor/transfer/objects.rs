//! Whether the objects that a method takes and returns can go to another process, with
//! all that their own methods take and return.

use std::collections::HashSet;

use super::method::Carried;
use crate::host::by_descriptor::error::DynamicError;

/// Refuses methods whose objects cannot go to another process.
pub(in crate::host::by_descriptor) fn check_objects(
    methods: &[Carried],
) -> Result<(), DynamicError> {
    let objects = |method: &Carried| method.objects().collect::<Vec<_>>();
    let mut open: Vec<_> = methods.iter().flat_map(objects).collect();
    let mut seen = HashSet::new();
    while let Some(of) = open.pop() {
        if !seen.insert(std::ptr::from_ref(of)) {
            continue;
        }
        for method in &of.interface.methods {
            open.extend(objects(&Carried::new(&of.interface, method)?));
        }
    }
    Ok(())
}
