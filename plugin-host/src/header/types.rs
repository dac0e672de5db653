//! Types of Rust: as numbers of C, as words, and with values for parameters.

use std::collections::HashMap;

use plugin_interface::metadata::signature::{Body, Type};

use super::forms::ERROR;
use super::members::CType;

/// Whether anything has fields: else it is a number.
pub(super) fn has_data(body: &Body) -> bool {
    match body {
        Body::Struct(fields) => !fields.is_empty(),
        Body::Enum(variants) => variants.iter().any(|variant| !variant.fields.is_empty()),
        _ => false,
    }
}

pub(super) fn named(name: &str) -> Type {
    Type::Named { name: name.to_owned(), arguments: Vec::new() }
}

/// A type with values for the parameters in it.
pub(super) fn substituted(ty: &Type, values: &HashMap<&str, &Type>) -> Type {
    let within = |ty: &Type| Box::new(substituted(ty, values));
    let all = |types: &[Type]| types.iter().map(|ty| substituted(ty, values)).collect();
    match ty {
        Type::Named { name, arguments } => match values.get(name.as_str()) {
            Some(value) if arguments.is_empty() => (*value).clone(),
            _ => Type::Named { name: name.clone(), arguments: all(arguments) },
        },
        Type::Reference { exclusive, to } => {
            Type::Reference { exclusive: *exclusive, to: within(to) }
        }
        Type::Slice(of) => Type::Slice(within(of)),
        Type::Array(of, len) => Type::Array(within(of), *len),
        Type::Tuple(values) => Type::Tuple(all(values)),
        other => other.clone(),
    }
}

/// What is handed over for a type: for a reference to what is copied, the copy.
pub(super) fn given(ty: &Type) -> &Type {
    match ty {
        Type::Reference { exclusive: false, to } => match &**to {
            Type::Named { name, arguments } if arguments.len() == 1 && is_owner(name) => to,
            _ => ty,
        },
        _ => ty,
    }
}

fn is_owner(name: &str) -> bool {
    name == "Vec" || name == "Box"
}

/// The types that C has, or the common part of a header.
pub(super) fn scalar(name: &str) -> Option<CType> {
    let (name, size, align) = match name {
        "u8" | "bool" => ("uint8_t", 1, 1),
        "u16" => ("uint16_t", 2, 2),
        "u32" | "char" => ("uint32_t", 4, 4),
        "u64" => ("uint64_t", 8, 8),
        "u128" => ("Plugin_u128", 16, 16),
        "usize" => ("size_t", 8, 8),
        "i8" | "Ordering" => ("int8_t", 1, 1),
        "i16" => ("int16_t", 2, 2),
        "i32" => ("int32_t", 4, 4),
        "i64" => ("int64_t", 8, 8),
        "i128" => ("Plugin_i128", 16, 16),
        "isize" => ("intptr_t", 8, 8),
        "f32" => ("float", 4, 4),
        "f64" => ("double", 8, 8),
        "String" => ("PluginString", 32, 8),
        "Duration" => ("PluginDuration", 16, 8),
        "SystemTime" => ("PluginSystemTime", 16, 8),
        _ => return None,
    };
    Some(CType::new(name, size, align))
}

/// A type in words for a name, each after what it is applied to.
pub(super) fn words(ty: &Type) -> String {
    let list = |first: String, types: &[Type]| {
        types.iter().fold(first, |all, ty| format!("{all}_{}", words(ty)))
    };
    match ty {
        Type::Named { name, arguments } => list(name.clone(), arguments),
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
        Type::Other(text) if text == ERROR => "Error".to_owned(),
        _ => "other".to_owned(),
    }
}
