//! Types of Rust in C: the names that C has for them, and names made of words.

use plugin_interface::metadata::layout::{Elements, LayoutKind, Primitive};
use plugin_interface::metadata::signature::Type;

use super::objects::trait_name;

/// Returns the name of a type that C or the common part of a header declares.
pub(super) fn spelled(ty: &Type, kind: &LayoutKind) -> Option<&'static str> {
    let name = match ty {
        Type::Named { name, .. } => name.as_str(),
        _ => "",
    };
    Some(match kind {
        LayoutKind::Unit => "uint8_t",
        LayoutKind::Primitive(number) | LayoutKind::NonZero(number) => primitive(*number)?,
        LayoutKind::Address => match ty {
            Type::Other(text) if text.starts_with("*const") => "const void *",
            _ => "void *",
        },
        LayoutKind::Slice { of: Elements::Text, .. } => "PluginStr",
        LayoutKind::Buffer(Elements::Text) => "PluginString",
        LayoutKind::Struct(_) if name == "Duration" => "PluginDuration",
        LayoutKind::Struct(_) if ["SystemTime", "time::Instant"].contains(&name) => {
            "PluginSystemTime"
        }
        _ => return None,
    })
}

fn primitive(number: Primitive) -> Option<&'static str> {
    Some(match number {
        Primitive::U8 | Primitive::Bool => "uint8_t",
        Primitive::U16 => "uint16_t",
        Primitive::U32 | Primitive::Char => "uint32_t",
        Primitive::U64 => "uint64_t",
        Primitive::U128 => "Plugin_u128",
        Primitive::Usize => "size_t",
        Primitive::I8 | Primitive::Ordering => "int8_t",
        Primitive::I16 => "int16_t",
        Primitive::I32 => "int32_t",
        Primitive::I64 => "int64_t",
        Primitive::I128 => "Plugin_i128",
        Primitive::Isize => "intptr_t",
        Primitive::F32 => "float",
        Primitive::F64 => "double",
        _ => return None,
    })
}

/// Returns a type in words, as part of a name: `Option<u8>` is `Option_u8`.
pub(super) fn words(ty: &Type) -> String {
    let list = |first: String, types: &[Type]| {
        types.iter().fold(first, |all, ty| format!("{all}_{}", words(ty)))
    };
    match ty {
        Type::Named { name, arguments } => list(name.replace("::", "_"), arguments),
        Type::Reference { exclusive, to } => {
            let mutable = if *exclusive { "Mut" } else { "" };
            match &**to {
                Type::Slice(of) => format!("Slice{mutable}_{}", words(of)),
                Type::Named { name, arguments } if name == "str" && arguments.is_empty() => {
                    "str".to_owned()
                }
                to => format!("Ref{mutable}_{}", words(to)),
            }
        }
        Type::Slice(of) => format!("Slice_{}", words(of)),
        Type::Array(of, len) => format!("Array{len}_{}", words(of)),
        Type::Tuple(values) if values.is_empty() => "unit".to_owned(),
        Type::Tuple(values) => list(format!("Tuple{}", values.len()), values),
        Type::Other(text) if text.starts_with("dyn Error ") => "Error".to_owned(),
        Type::Other(text) if text.starts_with("*const") => "address".to_owned(),
        Type::Other(text) if text.starts_with('*') => "addressMut".to_owned(),
        of => trait_name(of).map_or("other".to_owned(), |name| format!("dyn_{name}")),
    }
}
