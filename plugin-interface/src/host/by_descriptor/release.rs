//! The end of values that a plugin gave to the host: all they own is freed, by the
//! functions that came with it.

use std::sync::Arc;

use super::owned_object;
use super::wire::{Row, Wire};
use crate::metadata::layout::{Elements, FieldLayout, Layout, LayoutKind, Layouts, passed};
use crate::metadata::signature::Type;

/// Frees a value with all that it owns. It may have any depth.
///
/// What is invalid in it is left alone. With `keeps_objects`, somebody else owns
/// the objects.
pub(super) fn release(layouts: &mut Layouts<'_>, ty: &Type, wire: Wire, keeps_objects: bool) {
    let mut release = Release { layouts, keeps_objects, open: Vec::new(), owners: Vec::new() };
    release.push(ty, wire);
    while let Some((layout, wire)) = release.open.pop() {
        release.visit(&layout, wire);
    }
    // From the outside to the inside: an owner is read before what is in it.
    for (owner, layout, is_box) in release.owners.into_iter().rev() {
        if is_box { owner.free_box(&layout) } else { owner.free_buffer(&layout) }
    }
}

struct Release<'l, 'i> {
    layouts: &'l mut Layouts<'i>,
    keeps_objects: bool,
    /// The values to visit.
    open: Vec<(Arc<Layout>, Wire)>,
    /// The boxes and buffers that were visited, with the layout of what is in
    /// them.
    owners: Vec<(Wire, Arc<Layout>, bool)>,
}

impl Release<'_, '_> {
    fn push(&mut self, ty: &Type, wire: Wire) {
        if let Ok(layout) = self.layouts.of(passed(ty))
            && owns(&layout)
        {
            self.open.push((layout, wire));
        }
    }

    fn field(&mut self, field: &FieldLayout, whole: Wire) {
        self.push(&field.ty, whole.part(field.offset));
    }

    fn visit(&mut self, layout: &Layout, wire: Wire) {
        match &layout.kind {
            LayoutKind::Buffer(of) => {
                let byte = Type::parse("u8");
                let of = if let Elements::Values(of) = of { of } else { &byte };
                let Ok(layout) = self.layouts.of(of) else { return };
                let Ok(row) = wire.owned_elements(&layout) else { return };
                self.owners.push((wire, layout.clone(), false));
                self.each(&layout, row);
            }
            LayoutKind::Box { to } => {
                let Ok(layout) = self.layouts.of(to) else { return };
                let Ok(target) = wire.target(&layout) else { return };
                self.owners.push((wire, layout, true));
                self.push(to, target);
            }
            LayoutKind::Object { .. } if !self.keeps_objects => {
                owned_object::drop_raw(wire.object());
            }
            LayoutKind::Option { value } if wire.tag() == 1 => self.field(value, wire),
            LayoutKind::Result { ok, err } => match wire.tag() {
                0 => self.field(ok, wire),
                1 => self.field(err, wire),
                _ => {}
            },
            LayoutKind::Array { layout, len, .. } => {
                self.each(&layout.clone(), Row { first: wire, len: *len });
            }
            LayoutKind::Struct(fields) => fields.iter().for_each(|field| self.field(field, wire)),
            LayoutKind::Enum(variants) => {
                if let Some(variant) = variants.get(wire.variant() as usize) {
                    variant.fields.iter().for_each(|field| self.field(field, wire));
                }
            }
            _ => {}
        }
    }

    fn each(&mut self, layout: &Arc<Layout>, row: Row) {
        if owns(layout) {
            self.open.extend(row.each(layout).map(|wire| (layout.clone(), wire)));
        }
    }
}

/// Returns `true` if a value may own memory or an object.
pub(super) fn owns(layout: &Layout) -> bool {
    match &layout.kind {
        LayoutKind::Buffer(_) | LayoutKind::Box { .. } | LayoutKind::Object { .. } => true,
        LayoutKind::Array { layout, len, .. } => *len > 0 && owns(layout),
        kind => kind.fields().any(|field| owns(&field.layout)),
    }
}
