//! Which types have a form in C.

use std::collections::{HashMap, HashSet};

use plugin_interface::metadata::InterfaceMetadata;
use plugin_interface::metadata::signature::{Body, Definition, Type};

use super::types::substituted;

/// Why a method cannot be declared in C.
pub(super) struct NoForm(pub(super) String);

/// What `Box` leads to in an error.
pub(super) const ERROR: &str = "dyn Error + Send + Sync";

/// The types that need no definition: those applied to none, one and two others.
const KNOWN: [&str; 3] = [
    "u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char Ordering String \
     OsString PathBuf Duration SystemTime",
    "Option NonZero PhantomData Range RangeInclusive Vec VecDeque BTreeSet HashSet Box",
    "Result BTreeMap HashMap",
];

/// To how many others a type of the standard library is applied.
fn known(name: &str) -> Option<usize> {
    KNOWN.iter().position(|names| names.split(' ').any(|known| known == name))
}

/// Whether a type has a form, and all that it leads to.
pub(super) fn check(interface: &InterfaceMetadata, ty: &Type) -> Result<(), NoForm> {
    let (mut todo, mut seen) = (vec![ty.clone()], HashSet::new());
    while let Some(ty) = todo.pop() {
        match &ty {
            Type::Tuple(values) => todo.extend(values.iter().cloned()),
            Type::Array(of, _) => todo.push((**of).clone()),
            Type::Reference { to, .. } => match &**to {
                Type::Slice(of) => todo.push((**of).clone()),
                Type::Named { name, .. } if ["str", "Path", "OsStr"].contains(&&**name) => {}
                to => todo.push(to.clone()),
            },
            Type::Named { name, arguments } => match &arguments[..] {
                [Type::Slice(of)] if name == "Box" || name == "Cow" => todo.push((**of).clone()),
                [Type::Named { name: of, .. }] if name == "Box" && of == "str" => {}
                [Type::Named { name: of, .. }] if name == "Cow" && of == "str" => {}
                [Type::Other(error)] if name == "Box" && error == ERROR => {}
                arguments => {
                    todo.extend(arguments.iter().cloned());
                    if seen.insert(name.clone()) {
                        todo.extend(parts(interface, &ty, name, arguments.len())?);
                    }
                }
            },
            _ => return Err(no_form(&ty)),
        }
    }
    Ok(())
}

/// The types of the fields of a type, parameters of it left out.
fn parts(
    interface: &InterfaceMetadata,
    ty: &Type,
    name: &str,
    arguments: usize,
) -> Result<Vec<Type>, NoForm> {
    let own: Vec<_> = interface.types.iter().filter(|own| last_name(&own.path) == name).collect();
    let is_known = known(name) == Some(arguments);
    let Some(first) = own.first() else {
        return if is_known { Ok(Vec::new()) } else { Err(no_form(ty)) };
    };
    let standard = is_known.then_some("a type of the standard library");
    if let Some(other) = own.get(1).map(|other| other.path.as_str()).or(standard) {
        return Err(NoForm(format!("`{name}` is both {} and {other}", first.path)));
    }
    let definition = first.syntax().filter(|found| found.parameters.len() == arguments);
    let Some(definition) = definition else { return Err(no_form(ty)) };
    let types: Vec<Type> = match definition.body {
        Body::Struct(fields) => fields.into_iter().map(|field| field.ty).collect(),
        Body::Enum(variants) => {
            variants.into_iter().flat_map(|v| v.fields).map(|field| field.ty).collect()
        }
        _ => return Err(no_form(ty)),
    };
    let unit = Type::Tuple(Vec::new());
    let free: HashMap<_, _> =
        definition.parameters.iter().map(|parameter| (parameter.as_str(), &unit)).collect();
    Ok(types.iter().map(|ty| substituted(ty, &free)).collect())
}

/// A type that the interface's author defined.
pub(super) fn definition(interface: &InterfaceMetadata, name: &str) -> Option<Definition> {
    interface.types.iter().find(|ty| last_name(&ty.path) == name)?.syntax()
}

pub(super) fn no_form(ty: &Type) -> NoForm {
    NoForm(format!("`{ty}` has no form in C"))
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
