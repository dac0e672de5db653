//! A method whose calls go to another process: what it takes and returns.

use std::sync::Arc;

use super::object_type::{ObjectType, WAKER};
use super::plan::{Index, Kind, Part, Plans};
use crate::host::by_descriptor::error::DynamicError;
use crate::host::by_descriptor::invoke::LARGEST;
use crate::host::by_descriptor::references::owned_behind;
use crate::host::by_descriptor::refusal::Refusal;
use crate::host::by_descriptor::release::owns;
use crate::host::by_descriptor::supported::{returns_no_argument, walk_all as walk};
use crate::metadata::layout::{Elements, FieldLayout, Layout, LayoutKind, Layouts, Target};
use crate::metadata::signature::Type;
use crate::metadata::{InterfaceMetadata, MethodMetadata};

/// A method, with the plans of what it takes and returns.
#[derive(Debug)]
pub(in crate::host::by_descriptor) struct Carried {
    pub(in crate::host::by_descriptor) name: String,
    pub(super) signature: String,
    /// `true` if it has `&mut self`.
    pub(in crate::host::by_descriptor) is_exclusive: bool,
    pub(in crate::host::by_descriptor) parameters: Vec<Parameter>,
    pub(in crate::host::by_descriptor) outcome: Layout,
    pub(super) ok: Part,
    pub(super) err: Option<Part>,
    /// `true` if an object that it returns may borrow from the instance.
    pub(super) is_borrowed: bool,
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
    /// What comes back of it.
    pub(super) lends: Lends,
    /// `true` if an object in it may borrow from the caller. It ends with the call then.
    pub(super) is_borrowed: bool,
    /// Its place in the row of all arguments.
    pub(super) offset: usize,
}

/// What comes back of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lends {
    Nothing,
    /// What it leads to: it is a `&mut`.
    Itself,
    /// What each `&mut` in it leads to.
    Parts,
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
        Refusal::of_consuming(&method)?;
        returns_no_argument(layouts, metadata, &method)?;
        let lifetimes = Lifetimes::of(&metadata.signature);
        let has_objects = returned(layouts, &method.returns)?;
        let is_of_arguments = has_objects && lifetimes.is_of_arguments();
        let is_borrowed = has_objects
            && (is_of_arguments || lifetimes.mentions("return") || shows_borrow(&method.returns));
        let mut plans = Plans::default();
        let (mut parameters, mut end, mut align) = (Vec::new(), 0_usize, 1);
        for parameter in method.parameters {
            let (plan, layout) = parameter_plan(&mut plans, layouts, &parameter.ty)?;
            let lends = match plans.get(plan).kind {
                Kind::Pointer { comes_back: true, .. } | Kind::Row { comes_back: true, .. } => {
                    Lends::Itself
                }
                _ if plans.has_exclusive(plan) => Lends::Parts,
                _ => Lends::Nothing,
            };
            let offset = end.next_multiple_of(layout.align);
            (end, align) = (offset + layout.size, align.max(layout.align));
            let (name, ty) = (parameter.name, parameter.ty);
            if end > LARGEST {
                let reason = "the arguments have too many bytes by value";
                return Err(Refusal::unsupported(&ty, reason));
            }
            let is_borrowed = shows_borrow(&ty) || lifetimes.mentions(&name);
            parameters.push(Parameter { name, ty, layout, plan, lends, is_borrowed, offset });
        }
        let outcome = layouts.outcome(&method.returns)?;
        let LayoutKind::Outcome { ok, err } = &outcome.kind else {
            unreachable!("the layout of an outcome")
        };
        let err = err.as_ref().map(|err| plans.part(layouts, err)).transpose()?;
        let ok = plans.part(layouts, ok)?;
        let (is_exclusive, row, plans) = (method.exclusive, (end, align), Arc::new(plans));
        let takes_objects =
            |it: &Parameter| it.lends != Lends::Nothing || !plans.objects(it.plan).is_empty();
        if is_of_arguments && parameters.iter().any(takes_objects) {
            let reason = "an object that may borrow from an object or a `&mut` cannot be returned";
            return Err(Refusal::unsupported(&method.returns, reason));
        }
        let name = method.name;
        let of = Carried {
            name,
            signature,
            is_exclusive,
            parameters,
            outcome,
            ok,
            err,
            is_borrowed,
            plans,
            row,
        };
        Ok(of)
    }

    /// Returns the types of the objects that the method takes and returns.
    pub(super) fn objects(&self) -> impl Iterator<Item = &'static ObjectType> {
        let taken = self.parameters.iter().map(|parameter| parameter.plan);
        let returned = [Some(self.ok), self.err].into_iter().flatten().map(|part| part.plan);
        taken.chain(returned).flat_map(|plan| self.plans.objects(plan)).map(|part| part.of)
    }

    /// Returns the layout of what the method returns: of `Err`, or of the other value.
    pub(super) fn field(&self, failed: bool) -> &FieldLayout {
        match &self.outcome.kind {
            LayoutKind::Outcome { err: Some(err), .. } if failed => err,
            LayoutKind::Outcome { ok, .. } => ok,
            _ => unreachable!("the layout of an outcome"),
        }
    }
}

/// Returns the plan and the layout of a parameter.
fn parameter_plan(
    plans: &mut Plans,
    layouts: &mut Layouts<'_>,
    ty: &Type,
) -> Result<(Index, Arc<Layout>), Refusal> {
    // No type of a user has a path here.
    if matches!(ty, Type::Named { name, .. } if name == WAKER) {
        return plans.waker(layouts);
    }
    let layout = passed(layouts, ty)?;
    // A parameter that is a borrowed object is passed by its address.
    let is_object = matches!(layout.kind, LayoutKind::BorrowedObject { .. });
    let by_address = Type::Reference { exclusive: false, to: ty.clone().into() };
    let ty = if is_object { &by_address } else { ty };
    Ok((plans.of(layouts, ty)?, layouts.of(ty)?))
}

/// Refuses a parameter that cannot be passed, and returns its layout.
fn passed(layouts: &mut Layouts<'_>, ty: &Type) -> Result<Arc<Layout>, Refusal> {
    let (mut exclusive, mut shared) = (Vec::new(), Vec::new());
    walk(layouts, ty, |ty, kind| {
        match kind {
            LayoutKind::Pointer { exclusive: true, to }
            | LayoutKind::Slice { exclusive: true, of: Elements::Values(to) } => {
                exclusive.push((ty.clone(), to.clone()));
            }
            LayoutKind::Slice { exclusive: true, .. } => return value(ty, kind),
            LayoutKind::Pointer { to, .. } | LayoutKind::Slice { of: Elements::Values(to), .. } => {
                shared.push(to.clone());
            }
            LayoutKind::Growing { fields } => shared.extend(fields.iter().map(|it| it.1.clone())),
            LayoutKind::GrowingEnum { variants } => {
                let fields = variants.iter().flat_map(|variant| &variant.fields);
                shared.extend(fields.map(|it| it.1.clone()));
            }
            _ => {}
        }
        Ok(())
    })?;
    exclusive.iter().try_for_each(|(ty, to)| comes_back(layouts, ty, to))?;
    shared.iter().try_for_each(|within| walk(layouts, within, value))?;
    no_objects_behind(layouts, ty)?;
    Ok(layouts.of(ty)?)
}

/// Refuses a `&mut` of which the new value cannot be given back.
fn comes_back(layouts: &mut Layouts<'_>, ty: &Type, to: &Type) -> Result<(), Refusal> {
    let within = layouts.of(to)?;
    if let LayoutKind::Pointer { exclusive: true, .. } | LayoutKind::Slice { exclusive: true, .. } =
        within.kind
    {
        // What that leads to comes back. To exchange such references changes nothing for
        // the caller, as in one process.
        return Ok(());
    }
    let not_back = || Refusal::unsupported(ty, "this `&mut` cannot be given back");
    let is_slot = owned_behind(true, to).is_some();
    if !is_slot && owns(&within) {
        return Err(not_back());
    }
    walk(layouts, to, |_, kind| match kind {
        LayoutKind::Pointer { .. }
        | LayoutKind::Slice { .. }
        | LayoutKind::Object { .. }
        | LayoutKind::BorrowedObject { .. } => Err(not_back()),
        LayoutKind::Growing { .. } | LayoutKind::GrowingEnum { .. } if !is_slot => Err(not_back()),
        _ => Ok(()),
    })
}

/// Refuses an owned object where it is only borrowed, or where it cannot be moved out.
fn no_objects_behind(layouts: &mut Layouts<'_>, ty: &Type) -> Result<(), Refusal> {
    let mut behind = Vec::new();
    walk(layouts, ty, |ty, kind| {
        match (kind, ty) {
            (LayoutKind::Pointer { to, .. }, _)
            | (LayoutKind::Slice { of: Elements::Values(to), .. }, _) => behind.push(to.clone()),
            // It is passed as its owner is.
            (LayoutKind::Buffer(_) | LayoutKind::Box { .. }, Type::Reference { to, .. })
            | (LayoutKind::Object { .. }, Type::Reference { to, .. }) => {
                behind.push((**to).clone());
            }
            (LayoutKind::Growing { fields }, _) => {
                behind.extend(fields.iter().map(|it| it.1.clone()));
            }
            (LayoutKind::GrowingEnum { variants }, _) => {
                let fields = variants.iter().flat_map(|variant| &variant.fields);
                behind.extend(fields.map(|it| it.1.clone()));
            }
            _ => {}
        }
        Ok(())
    })?;
    for of in behind {
        walk(layouts, &of, |ty, kind| match kind {
            LayoutKind::Object { .. } => {
                let reason = "an object behind a reference, or in a type that grows, \
                    cannot go to another process";
                Err(Refusal::unsupported(ty, reason))
            }
            _ => Ok(()),
        })?;
    }
    Ok(())
}

/// Refuses a return type that cannot be passed, or that borrows what is freed. Returns
/// `true` if there are objects in it.
fn returned(layouts: &mut Layouts<'_>, ty: &Type) -> Result<bool, Refusal> {
    let (mut borrowed, mut has_objects) = (Vec::new(), false);
    walk(layouts, ty, |ty, kind| {
        match kind {
            LayoutKind::Pointer { to, .. } => borrowed.push(to.clone()),
            LayoutKind::Slice { of: Elements::Values(of), .. } => borrowed.push(of.clone()),
            LayoutKind::Object { .. } => has_objects = true,
            LayoutKind::BorrowedObject { .. } => {
                let reason = "a borrowed object cannot be returned to another process";
                return Err(Refusal::unsupported(ty, reason));
            }
            _ => {}
        }
        value(ty, kind)
    })?;
    for of in borrowed {
        walk(layouts, &of, |ty, kind| match kind {
            LayoutKind::Buffer(_)
            | LayoutKind::Box { .. }
            | LayoutKind::Object { .. }
            | LayoutKind::Growing { .. }
            | LayoutKind::GrowingEnum { .. } => {
                Err(Refusal::unsupported(ty, "it is owned, and returned by reference"))
            }
            _ => Ok(()),
        })?;
    }
    if !has_objects {
        return Ok(false);
    }
    no_objects_behind(layouts, ty)?;
    Ok(true)
}

/// The words about lifetimes at the end of a signature.
struct Lifetimes<'s>(&'s str);

impl<'s> Lifetimes<'s> {
    fn of(signature: &'s str) -> Self {
        Lifetimes(signature.split_once(" where ").map_or("", |(_, rest)| rest))
    }

    /// Returns `true` if a parameter, or the `return`, has a lifetime that its type does
    /// not show.
    fn mentions(&self, name: &str) -> bool {
        let name = format!("{name}: ");
        self.0.match_indices(&name).any(|(at, _)| at == 0 || self.0[..at].ends_with(", "))
    }

    /// Returns `true` if the return may borrow from an argument.
    fn is_of_arguments(&self) -> bool {
        self.0.contains("'self")
    }
}

/// Returns `true` if a type shows that it borrows. There are no words about it then.
fn shows_borrow(ty: &Type) -> bool {
    match ty {
        Type::Reference { .. } => true,
        Type::Named { name, arguments } => name == "Cow" || arguments.iter().any(shows_borrow),
        Type::Slice(of) | Type::Array(of, _) => shows_borrow(of),
        Type::Tuple(all) => all.iter().any(shows_borrow),
        // A closure borrows its arguments for each of its calls, and its results own.
        Type::Other(text) => !text.starts_with("dyn Fn") && text.contains(['&', '\'']),
    }
}

fn value(ty: &Type, kind: &LayoutKind) -> Result<(), Refusal> {
    match kind {
        LayoutKind::Pointer { exclusive: true, .. } | LayoutKind::Slice { exclusive: true, .. } => {
            Err(Refusal::unsupported(ty, "a `&mut` cannot be given back from here"))
        }
        _ => Ok(()),
    }
}
