//! The types that have a form in C.

use std::collections::HashSet;

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::layout::{LayoutKind, Layouts, passed};
use plugin_interface::metadata::signature::Type;

use super::no_form::NoForm;
use super::objects::Objects;

/// Checks that a type has a form, and all types that it refers to.
pub(super) fn check(
    interface: &InterfaceMetadata,
    objects: Objects<'_>,
    ty: &Type,
) -> Result<(), NoForm> {
    let mut layouts = Layouts::new(interface);
    let (mut todo, mut seen) = (vec![ty.clone()], HashSet::new());
    while let Some(ty) = todo.pop() {
        let ty = passed(&ty);
        let layout = layouts.of(ty)?;
        match &layout.kind {
            LayoutKind::Object { of } | LayoutKind::BorrowedObject { of, .. } => {
                objects.find(of)?;
            }
            LayoutKind::Array { of, .. } => todo.push(of.clone()),
            kind => {
                // A generic type may refer to ever larger ones of itself: its
                // definition is looked at once, its arguments each time.
                if let Type::Named { name, arguments } = ty
                    && matches!(
                        kind,
                        LayoutKind::Struct(_)
                            | LayoutKind::Enum(_)
                            | LayoutKind::Growing { .. }
                            | LayoutKind::GrowingEnum { .. }
                    )
                    && !seen.insert(name.clone())
                {
                    todo.extend(arguments.iter().cloned());
                    continue;
                }
                todo.extend(kind.fields().map(|field| field.ty.clone()));
                todo.extend(kind.referent().cloned());
                let mut all = Vec::new();
                match kind {
                    LayoutKind::Growing { fields } => all.extend(fields),
                    LayoutKind::GrowingEnum { variants } => {
                        all.extend(variants.iter().flat_map(|variant| &variant.fields));
                    }
                    _ => {}
                }
                todo.extend(all.into_iter().map(|(_, ty)| ty.clone()));
            }
        }
    }
    Ok(())
}
