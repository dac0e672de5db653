//! Values in memory as bytes. Writing changes and frees nothing. Objects stay where they
//! are: what is written is their handles.

use super::exclusive::Extent;
use super::exporting::Exporting;
use super::handle::Handle;
use super::plan::{Fields, Index, Kind, Part, Plans};
use crate::boundary::LiftError;
use crate::host::by_descriptor::pack::DEPTH;
use crate::host::by_descriptor::wire::{Row, Wire};

pub(super) type Written = Result<(), String>;

impl Plans {
    /// Appends the bytes of a value, whose objects are exported.
    pub(super) fn write(
        &self,
        plan: Index,
        wire: Wire,
        out: &mut Vec<u8>,
        exporting: &mut Exporting<'_>,
    ) -> Written {
        Writer { plans: self, out, exporting, depth: 0, lent: 0 }.write(plan, wire)
    }
}

/// What lies behind an address, and elements in a row, as they come back.
impl Plans {
    pub(super) fn write_behind(
        &self,
        to: Index,
        is_slot: bool,
        wire: Wire,
        out: &mut Vec<u8>,
        exporting: &mut Exporting<'_>,
    ) -> Written {
        Writer { plans: self, out, exporting, depth: 0, lent: 0 }
            .behind(to, is_slot, wire)
            .map(drop)
    }

    pub(super) fn write_row(
        &self,
        of: Index,
        wire: Wire,
        out: &mut Vec<u8>,
        exporting: &mut Exporting<'_>,
    ) -> Written {
        let row = wire.elements(&self.get(of).layout).map_err(text)?;
        Writer { plans: self, out, exporting, depth: 0, lent: 0 }.row(of, row)
    }
}

struct Writer<'a, 'e> {
    plans: &'a Plans,
    out: &'a mut Vec<u8>,
    exporting: &'a mut Exporting<'e>,
    depth: usize,
    /// Within how many references the value is that is written now.
    lent: u32,
}

impl Writer<'_, '_> {
    fn write(&mut self, plan: Index, wire: Wire) -> Written {
        if self.depth == DEPTH {
            return Err(format!("a value must be nested at most {DEPTH} deep"));
        }
        self.depth += 1;
        let written = self.kind(plan, wire);
        self.depth -= 1;
        written
    }

    fn kind(&mut self, plan: Index, wire: Wire) -> Written {
        let plans = self.plans;
        let plan = plans.get(plan);
        match &plan.kind {
            Kind::Plain | Kind::Number { .. } => wire.append(plan.layout.size, self.out),
            Kind::Pointer { to, is_slot, comes_back } => {
                let target = self.behind(*to, *is_slot, wire)?;
                if *comes_back {
                    let extent = Extent::One { to: *to, is_slot: *is_slot };
                    self.exporting.lends(target, extent);
                }
            }
            Kind::Row { of, is_owned, comes_back, .. } => {
                let layout = &plans.get(*of).layout;
                let row =
                    if *is_owned { wire.owned_elements(layout) } else { wire.elements(layout) };
                let row = row.map_err(text)?;
                let lent = u32::from(!*is_owned || !wire.owns_elements());
                self.lent += lent;
                self.row(*of, row)?;
                self.lent -= lent;
                if *comes_back {
                    self.exporting.lends(row.first, Extent::Row { of: *of, len: row.len });
                }
            }
            Kind::Box { to } => {
                let target = wire.target(&plans.get(*to).layout).map_err(text)?;
                self.out.push(1);
                self.write(*to, target)?;
            }
            Kind::Option { value } => match self.tag(wire)? {
                0 => {}
                _ => self.part(*value, wire)?,
            },
            Kind::Result { parts } => {
                let tag = self.tag(wire)?;
                self.part(parts[usize::from(tag)], wire)?;
            }
            Kind::Array { of, len } => self.each(*of, Row { first: wire, len: *len })?,
            Kind::Fields(parts) => parts.iter().try_for_each(|part| self.part(*part, wire))?,
            Kind::Enum(variants) => {
                let tag = wire.variant();
                let Some(parts) = variants.get(tag as usize) else {
                    let count = variants.len();
                    return Err(format!(
                        "the tag of an enum must be less than {count}, found {tag}"
                    ));
                };
                self.out.extend(tag.to_le_bytes());
                parts.iter().try_for_each(|part| self.part(*part, wire))?;
            }
            Kind::Growing(variants) => self.block(variants, wire)?,
            Kind::Object(_) | Kind::Waker => {
                let handle = match &plan.kind {
                    Kind::Object(object) => self.exporting.export(*object, wire)?,
                    _ => self.exporting.export_waker(wire)?,
                };
                let Handle { index, generation } = handle;
                self.out.extend(index.to_le_bytes());
                self.out.extend(generation.to_le_bytes());
            }
        }
        Ok(())
    }

    /// Writes what lies behind an address, and returns where that is.
    fn behind(&mut self, to: Index, is_slot: bool, wire: Wire) -> Result<Wire, String> {
        let to_plan = self.plans.get(to);
        let target = wire.target(&to_plan.layout).map_err(text)?;
        self.out.push(1);
        self.lent += 1;
        match (is_slot, &to_plan.kind) {
            (true, Kind::Option { value }) => match target.tag() {
                1 => self.part(*value, target)?,
                _ => return Err(text(LiftError::Missing)),
            },
            _ => self.write(to, target)?,
        }
        self.lent -= 1;
        Ok(target)
    }

    /// Writes elements, and how many they are.
    fn row(&mut self, of: Index, row: Row) -> Written {
        let len = u32::try_from(row.len).map_err(|_| text(LiftError::Length(row.len)))?;
        self.out.extend(len.to_le_bytes());
        let plan = self.plans.get(of);
        let (at, len) = (self.out.len(), row.len * plan.layout.size);
        let is_apart = matches!(plan.kind, Kind::Plain)
            && self.exporting.apart.add(at, row.first, len, self.lent == 0);
        if is_apart { Ok(()) } else { self.each(of, row) }
    }

    /// Writes a block, and how long it is.
    fn block(&mut self, variants: &[Fields], wire: Wire) -> Written {
        let (header, whole) = wire.block().map_err(text)?;
        // Of a variant that is not described, there is no field that could be copied.
        let fields = variants.get(header.variant as usize).map_or(&[][..], |it| &it.parts);
        let fields = &fields[..fields.len().min(header.fields as usize)];
        let (begin, apart) = (self.out.len(), self.exporting.apart.len());
        self.out.extend([0; 4]);
        self.out.extend((fields.len() as u32).to_le_bytes());
        self.out.extend(header.variant.to_le_bytes());
        fields.iter().try_for_each(|part| self.part(*part, whole))?;
        let len = self.out.len() - begin - 4 + self.exporting.apart.len() - apart;
        let len = u32::try_from(len).map_err(|_| text(LiftError::Length(len)))?;
        self.out[begin..][..4].copy_from_slice(&len.to_le_bytes());
        Ok(())
    }

    fn part(&mut self, part: Part, whole: Wire) -> Written {
        self.write(part.plan, whole.part(part.offset))
    }

    fn each(&mut self, of: Index, row: Row) -> Written {
        let plan = self.plans.get(of);
        match plan.kind {
            Kind::Plain => row.first.append(row.len * plan.layout.size, self.out),
            _ => row.each(&plan.layout).try_for_each(|wire| self.write(of, wire))?,
        }
        Ok(())
    }

    /// Writes a tag of 0 or 1.
    fn tag(&mut self, wire: Wire) -> Result<u8, String> {
        match wire.tag() {
            tag @ (0 | 1) => {
                self.out.push(tag);
                Ok(tag)
            }
            tag => Err(text(LiftError::Tag(tag))),
        }
    }
}

fn text(error: LiftError) -> String {
    error.to_string()
}
