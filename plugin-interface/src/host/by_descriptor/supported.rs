//! Whether a method can be called by its descriptor, before anything is called.

use std::collections::HashSet;

use super::owned_object::{interface_name, named};
use super::refusal::Refusal;
use crate::metadata::layout::{LayoutKind, Layouts};
use crate::metadata::signature::{Method, Type};
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// What a method returns besides values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objects {
    /// No objects.
    None,
    /// Objects that live on their own.
    Owned,
    /// Objects that may borrow from the instance.
    Borrowed,
}

/// Refuses a method with types that have no layout, or that returns what is no
/// value and no object of an interface.
pub(super) fn check(
    layouts: &mut Layouts<'_>,
    interface: &InterfaceMetadata,
    metadata: &MethodMetadata,
    method: &Method,
) -> Result<Objects, Refusal> {
    for parameter in &method.parameters {
        walk(layouts, &parameter.ty, |_, _| Ok(()))?;
        let target = layouts.of(&parameter.ty)?;
        // Such a value comes back.
        if let LayoutKind::Pointer { exclusive: true, to } = &target.kind {
            returned_objects(layouts, interface, to)?;
        }
    }
    returns_no_argument(layouts, metadata, method)?;
    if returned_objects(layouts, interface, &method.returns)? == 0 {
        return Ok(Objects::None);
    }
    let lifetimes = metadata.signature.split_once(" where ").map_or("", |(_, rest)| rest);
    if lifetimes.contains("'self") {
        let reason = "an object that borrows from an argument cannot be returned";
        return Err(Refusal::unsupported(&method.returns, reason));
    }
    // A type that shows its borrow has no words about it.
    let returns = method.returns.to_string();
    let is_borrowed =
        lifetimes.contains("return: ") || returns.contains('&') || returns.contains("Cow");
    Ok(if is_borrowed { Objects::Borrowed } else { Objects::Owned })
}

/// Refuses a method that returns a reference to a part of an argument: here the
/// arguments are copies, which end with the call. A `Cow` is owned then.
pub(super) fn returns_no_argument(
    layouts: &mut Layouts<'_>,
    metadata: &MethodMetadata,
    method: &Method,
) -> Result<(), Refusal> {
    let lifetimes = metadata.signature.split_once(" where ").map_or("", |(_, rest)| rest);
    if !lifetimes.contains("return: 'argument") {
        return Ok(());
    }
    // A type may have a reference in it that its name does not show.
    walk_all(layouts, &method.returns, |_, kind| match kind {
        LayoutKind::Pointer { .. } | LayoutKind::Slice { .. } => {
            let reason = "a reference to a part of an argument cannot be returned";
            Err(Refusal::unsupported(&method.returns, reason))
        }
        _ => Ok(()),
    })
}

/// Returns the number of kinds of objects in a value that is returned.
fn returned_objects(
    layouts: &mut Layouts<'_>,
    interface: &InterfaceMetadata,
    ty: &Type,
) -> Result<usize, Refusal> {
    let mut found = 0;
    walk(layouts, ty, |ty, kind| match kind {
        LayoutKind::Object { of } => {
            found += 1;
            let name = interface_name(of).unwrap_or_default();
            match named(interface, name).count() {
                1 => Ok(()),
                0 => Err(Refusal::unsupported(
                    ty,
                    "a closure, an iterator, a future or a stream cannot be returned",
                )),
                _ => Err(Refusal::unsupported(ty, "two interfaces have this name")),
            }
        }
        LayoutKind::BorrowedObject { .. } => {
            Err(Refusal::unsupported(ty, "a borrowed object cannot be returned"))
        }
        _ => Ok(()),
    })?;
    Ok(found)
}

/// Visits each type that a value of a type may contain, once. Refuses those that grow.
pub(super) fn walk(
    layouts: &mut Layouts<'_>,
    ty: &Type,
    mut visit: impl FnMut(&Type, &LayoutKind) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    walk_all(layouts, ty, |ty, kind| {
        let reason = match kind {
            LayoutKind::Growing { .. } => "a struct that grows cannot be passed by a description",
            LayoutKind::GrowingEnum { .. } => {
                "an enum that grows cannot be passed by a description"
            }
            LayoutKind::Address => "an address of this process cannot be passed by a description",
            _ => return visit(ty, kind),
        };
        Err(Refusal::unsupported(ty, reason))
    })
}

/// Visits each type that a value of a type may contain, once.
pub(super) fn walk_all(
    layouts: &mut Layouts<'_>,
    ty: &Type,
    mut visit: impl FnMut(&Type, &LayoutKind) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let (mut open, mut seen) = (vec![ty.clone()], HashSet::new());
    while let Some(ty) = open.pop() {
        if !seen.insert(ty.clone()) {
            continue;
        }
        let layout = layouts.of(&ty)?;
        visit(&ty, &layout.kind)?;
        open.extend(layout.kind.fields().map(|field| field.ty.clone()));
        open.extend(layout.kind.referent().cloned());
        let of_fields = |fields: &[(String, Type)]| -> Vec<Type> {
            fields.iter().map(|(_, ty)| ty.clone()).collect()
        };
        match &layout.kind {
            LayoutKind::Array { of, .. } => open.push(of.clone()),
            LayoutKind::Growing { fields } => open.extend(of_fields(fields)),
            LayoutKind::GrowingEnum { variants } => {
                open.extend(variants.iter().flat_map(|variant| of_fields(&variant.fields)));
            }
            _ => {}
        }
    }
    Ok(())
}
