//! The end of values whose plan is known: all they own is freed, by the functions that
//! came with it.

use super::plan::{Index, Kind, Part, Plans};
use crate::host::by_descriptor::owned_object::drop_raw;
use crate::host::by_descriptor::wire::{Row, Wire};

impl Plans {
    /// Frees all that a value owns. It may have any depth. What is invalid in it is
    /// left alone. With `keeps_objects`, somebody else owns the objects.
    pub(super) fn free(&self, plan: Index, wire: Wire, keeps_objects: bool) {
        if !self.get(plan).owns {
            return;
        }
        let (open, owners) = (vec![(plan, wire)], Vec::new());
        let mut free = Free { plans: self, keeps_objects, open, owners };
        while let Some((plan, wire)) = free.open.pop() {
            free.visit(plan, wire);
        }
        // From the outside to the inside: an owner is read before what is in it.
        for (owner, of, is_box) in free.owners.into_iter().rev() {
            let layout = &self.get(of).layout;
            if is_box { owner.free_box(layout) } else { owner.free_buffer(layout) }
        }
    }
}

struct Free<'p> {
    plans: &'p Plans,
    keeps_objects: bool,
    open: Vec<(Index, Wire)>,
    /// The boxes and buffers that were visited, with the plan of what is in them.
    owners: Vec<(Wire, Index, bool)>,
}

impl Free<'_> {
    fn push(&mut self, plan: Index, wire: Wire) {
        if self.plans.get(plan).owns {
            self.open.push((plan, wire));
        }
    }

    fn part(&mut self, part: Part, whole: Wire) {
        self.push(part.plan, whole.part(part.offset));
    }

    fn visit(&mut self, plan: Index, wire: Wire) {
        let plans = self.plans;
        match &plans.get(plan).kind {
            Kind::Row { of, is_owned: true, .. } => {
                let Ok(row) = wire.owned_elements(&plans.get(*of).layout) else { return };
                self.owners.push((wire, *of, false));
                self.each(*of, row);
            }
            Kind::Box { to } => {
                let Ok(target) = wire.target(&plans.get(*to).layout) else { return };
                self.owners.push((wire, *to, true));
                self.push(*to, target);
            }
            Kind::Growing(_) => wire.end_block(),
            Kind::Object(object) if !self.keeps_objects && !object.is_lent() => {
                drop_raw(wire.object());
            }
            Kind::Option { value } if wire.tag() == 1 => self.part(*value, wire),
            Kind::Result { parts } if wire.tag() < 2 => {
                self.part(parts[usize::from(wire.tag())], wire);
            }
            Kind::Array { of, len } => self.each(*of, Row { first: wire, len: *len }),
            Kind::Fields(parts) => parts.iter().for_each(|part| self.part(*part, wire)),
            Kind::Enum(variants) => {
                let parts = variants.get(wire.variant() as usize).map_or(&[][..], |it| it);
                parts.iter().for_each(|part| self.part(*part, wire));
            }
            _ => {}
        }
    }

    fn each(&mut self, of: Index, row: Row) {
        let plan = self.plans.get(of);
        if plan.owns {
            self.open.extend(row.each(&plan.layout).map(|wire| (of, wire)));
        }
    }
}
