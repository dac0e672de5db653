//! A method whose calls go to another process: what it takes and returns.

use std::sync::Arc;

use super::plan::{Index, Kind, Part, Plans};
use crate::host::by_descriptor::error::DynamicError;
use crate::host::by_descriptor::invoke::LARGEST;
use crate::host::by_descriptor::references::owned_behind;
use crate::host::by_descriptor::refusal::Refusal;
use crate::host::by_descriptor::release::owns;
use crate::host::by_descriptor::supported::walk_all as walk;
use crate::metadata::layout::{Elements, FieldLayout, Layout, LayoutKind, Layouts, Target};
use crate::metadata::signature::Type;
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// A method, with the plans of what it takes and returns.
#[derive(Debug)]
pub(in crate::host::by_descriptor) struct Carried {
    pub(super) signature: String,
    /// `true` if it has `&mut self`.
    pub(super) is_exclusive: bool,
    pub(in crate::host::by_descriptor) parameters: Vec<Parameter>,
    pub(in crate::host::by_descriptor) outcome: Layout,
    pub(super) ok: Part,
    pub(super) err: Option<Part>,
    pub(super) plans: Arc<Plans>,
    /// Size and alignment of all arguments in a row.
    pub(super) row: (usize, usize),
}

#[derive(Debug)]
pub(in crate::host::by_descriptor) struct Parameter {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(in crate::host::by_descriptor) layout: Arc<Layout>,
    pub(super) plan: Index,
    /// `true` for `&mut`, which comes back.
    pub(super) is_lent: bool,
    /// Its place in the row of all arguments.
    pub(super) offset: usize,
}

impl Carried {
    /// Refuses a method that takes or returns what is no value.
    pub(in crate::host::by_descriptor) fn new(
        interface: &InterfaceMetadata,
        metadata: &MethodMetadata,
    ) -> Result<Self, DynamicError> {
        let mut layouts = Layouts::for_target(interface, Target::NATIVE);
        Carried::of(&mut layouts, metadata).map_err(|it| it.of_method(&metadata.signature))
    }

    fn of(layouts: &mut Layouts<'_>, metadata: &MethodMetadata) -> Result<Self, Refusal> {
        let signature = metadata.signature.clone();
        let Some(method) = metadata.syntax() else {
            let ty = Type::Other(signature);
            return Err(Refusal::unsupported(&ty, "this is not a signature"));
        };
        returned(layouts, &method.returns)?;
        let mut plans = Plans::default();
        let (mut parameters, mut end, mut align) = (Vec::new(), 0_usize, 1);
        for parameter in method.parameters {
            let layout = passed(layouts, &parameter.ty)?;
            let plan = plans.of(layouts, &parameter.ty)?;
            let is_lent = matches!(
                layout.kind,
                LayoutKind::Pointer { exclusive: true, .. }
                    | LayoutKind::Slice { exclusive: true, .. }
            );
            let offset = end.next_multiple_of(layout.align);
            (end, align) = (offset + layout.size, align.max(layout.align));
            let (name, ty) = (parameter.name, parameter.ty);
            if end > LARGEST {
                let reason = "the arguments have too many bytes by value";
                return Err(Refusal::unsupported(&ty, reason));
            }
            parameters.push(Parameter { name, ty, layout, plan, is_lent, offset });
        }
        let outcome = layouts.outcome(&method.returns)?;
        let LayoutKind::Outcome { ok, err } = &outcome.kind else {
            unreachable!("the layout of an outcome")
        };
        let err = err.as_ref().map(|err| plans.part(layouts, err)).transpose()?;
        let ok = plans.part(layouts, ok)?;
        let (is_exclusive, row, plans) = (method.exclusive, (end, align), Arc::new(plans));
        Ok(Carried { signature, is_exclusive, parameters, outcome, ok, err, plans, row })
    }

    /// Returns the layout of what the method returns: of `Err`, or of the other value.
    pub(super) fn field(&self, failed: bool) -> &FieldLayout {
        match &self.outcome.kind {
            LayoutKind::Outcome { err: Some(err), .. } if failed => err,
            LayoutKind::Outcome { ok, .. } => ok,
            _ => unreachable!("the layout of an outcome"),
        }
    }

    /// Returns the type of the option that a `&mut` of an owned value is passed in.
    pub(super) fn slot(&self, parameter: &Parameter) -> Option<Index> {
        match self.plans.get(parameter.plan).kind {
            Kind::Pointer { to, is_slot: true } => Some(to),
            _ => None,
        }
    }
}

/// Refuses a parameter that is no value, and returns its layout.
fn passed(layouts: &mut Layouts<'_>, ty: &Type) -> Result<Arc<Layout>, Refusal> {
    let layout = layouts.of(ty)?;
    let lent = match &layout.kind {
        LayoutKind::Pointer { exclusive: true, to } => Some((to, owned_behind(true, to).is_some())),
        LayoutKind::Slice { exclusive: true, of: Elements::Values(of) } => Some((of, false)),
        _ => None,
    };
    let Some((within, is_slot)) = lent else {
        walk(layouts, ty, value)?;
        return Ok(layout);
    };
    let not_back = || Refusal::unsupported(ty, "this `&mut` cannot be given back");
    if !is_slot && owns(&*layouts.of(within)?) {
        return Err(not_back());
    }
    walk(layouts, within, |ty, kind| match kind {
        LayoutKind::Pointer { .. } | LayoutKind::Slice { .. } => Err(not_back()),
        LayoutKind::Growing { .. } | LayoutKind::GrowingEnum { .. } if !is_slot => Err(not_back()),
        kind => value(ty, kind),
    })?;
    Ok(layout)
}

/// Refuses a return type that is no value, or that borrows what is freed.
fn returned(layouts: &mut Layouts<'_>, ty: &Type) -> Result<(), Refusal> {
    let mut borrowed = Vec::new();
    walk(layouts, ty, |ty, kind| {
        match kind {
            LayoutKind::Pointer { to, .. } => borrowed.push(to.clone()),
            LayoutKind::Slice { of: Elements::Values(of), .. } => borrowed.push(of.clone()),
            _ => {}
        }
        value(ty, kind)
    })?;
    for of in borrowed {
        walk(layouts, &of, |ty, kind| match kind {
            LayoutKind::Buffer(_)
            | LayoutKind::Box { .. }
            | LayoutKind::Growing { .. }
            | LayoutKind::GrowingEnum { .. } => {
                Err(Refusal::unsupported(ty, "it is owned, and returned by reference"))
            }
            _ => Ok(()),
        })?;
    }
    Ok(())
}

fn value(ty: &Type, kind: &LayoutKind) -> Result<(), Refusal> {
    let reason = match kind {
        LayoutKind::Object { .. } | LayoutKind::BorrowedObject { .. } => {
            "an object or a closure cannot go to another process"
        }
        LayoutKind::Pointer { exclusive: true, .. } | LayoutKind::Slice { exclusive: true, .. } => {
            "a `&mut` within another type cannot be given back"
        }
        _ => return Ok(()),
    };
    Err(Refusal::unsupported(ty, reason))
}
