//! The forms of values in JSON that differ from the parts of their layouts. They
//! are those of `serde`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use serde_json::{Map, Value, json};

use crate::metadata::layout::{FieldLayout, LayoutKind, Layouts};
use crate::metadata::signature::Type;

/// Returns the type whose values have the same form: of `Wrapping<T>` and of
/// `RangeFrom<T>`, `T`.
pub(super) fn plain(mut ty: &Type) -> &Type {
    while let Type::Named { name, arguments } = ty
        && let (
            "Wrapping" | "Saturating" | "Reverse" | "RangeFrom" | "RangeTo" | "RangeToInclusive",
            [of],
        ) = (name.as_str(), &arguments[..])
    {
        ty = of;
    }
    ty
}

/// Returns the name of a type, and the number of its arguments.
pub(super) fn name(ty: &Type) -> (&str, usize) {
    match ty {
        Type::Named { name, arguments } => (name, arguments.len()),
        _ => ("", 0),
    }
}

pub(super) fn is_map(ty: &Type) -> bool {
    matches!(name(ty), ("BTreeMap" | "HashMap" | "indexmap::IndexMap", 2))
}

/// Returns `true` for `Box<dyn Error>`, which has a message at least.
pub(super) fn is_error(ty: &Type) -> bool {
    match ty {
        Type::Named { name, arguments } => {
            name == "anyhow::Error"
                || matches!(&arguments[..], [Type::Other(text)] if text.starts_with("dyn Error"))
        }
        _ => false,
    }
}

/// The names of the two values of a `Result`, or of a type that is passed as
/// one.
pub(super) fn result_tags(ty: &Type) -> [&'static str; 2] {
    match name(ty) {
        ("ControlFlow", 2) => ["Continue", "Break"],
        _ => ["Ok", "Err"],
    }
}

/// The form of the fields of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fields {
    /// `null`.
    None,
    /// The value of the only field.
    Newtype,
    /// A list.
    List,
    /// An object.
    Named,
}

impl Fields {
    pub(super) fn of(ty: &Type, fields: &[FieldLayout]) -> Self {
        match fields {
            [] => Fields::None,
            [one, ..] if !one.name.is_empty() => Fields::Named,
            [_] if !matches!(ty, Type::Tuple(_)) => Fields::Newtype,
            _ => Fields::List,
        }
    }
}

/// Returns `true` if a value of the type may be `null`. Then `Some` of it is
/// `{"Some": value}`.
pub(super) fn may_be_null(layouts: &mut Layouts<'_>, ty: &Type) -> bool {
    let mut ty = plain(ty).clone();
    // A type may contain nothing but itself in a box.
    for _ in 0..8 {
        let Ok(layout) = layouts.of(&ty) else { return false };
        let next = match &layout.kind {
            LayoutKind::Unit => return true,
            LayoutKind::Option { .. } => return !matches!(name(&ty), ("Poll" | "Bound", 1)),
            LayoutKind::Struct(fields) => match (Fields::of(&ty, fields), &fields[..]) {
                (Fields::None, _) => return true,
                (Fields::Newtype, [field]) => &field.ty,
                _ => return false,
            },
            LayoutKind::Box { to } | LayoutKind::Pointer { to, .. } => to,
            _ => return false,
        };
        ty = plain(next).clone();
    }
    true
}

/// The names of the fields of a time in `serde`, by the names in its layout.
const TIMES: [(&str, [&str; 2]); 3] = [
    ("Duration", ["secs", "nanos"]),
    ("time::Instant", ["secs", "nanos"]),
    ("SystemTime", ["secs_since_epoch", "nanos_since_epoch"]),
];
const TIME: [&str; 2] = ["seconds", "nanoseconds"];

/// Returns the value of the parts in the layout, for a type with another form.
/// `Err` has the form that was expected.
pub(super) fn to_parts(ty: &Type, value: &Value) -> Result<Option<Value>, &'static str> {
    let (name, arguments) = name(ty);
    if arguments == 1 && name == "Bound" {
        return bound_to_parts(value).map(Some).ok_or("`Unbounded`, `Included` or `Excluded`");
    }
    if arguments > 0 {
        return Ok(None);
    }
    if let Some((_, names)) = TIMES.iter().find(|(known, _)| *known == name) {
        let parts = time_to_parts(*names, value);
        return parts.map(Some).ok_or("whole seconds, and nanoseconds below a second");
    }
    match (name, value) {
        (name, Value::String(text)) if is_address(name) => {
            address_to_parts(name, text).map(Some).ok_or("an address")
        }
        // The messages of an error and its causes.
        _ => Ok(None),
    }
}

/// Returns the form of a value, from its parts in the layout.
pub(super) fn from_parts(ty: &Type, parts: Value) -> Value {
    let (name, arguments) = name(ty);
    match (name, arguments) {
        ("Bound", 1) => bound_from_parts(parts),
        (name, 0) if is_address(name) => match address_from_parts(name, &parts) {
            Some(text) => Value::String(text),
            None => parts,
        },
        (name, 0) => match TIMES.iter().find(|(known, _)| *known == name) {
            Some((_, names)) => {
                let [seconds, nanoseconds] = TIME.map(|part| parts[part].clone());
                json!({ names[0]: seconds, names[1]: nanoseconds })
            }
            None => parts,
        },
        _ => parts,
    }
}

fn time_to_parts(names: [&str; 2], value: &Value) -> Option<Value> {
    let object = value.as_object().filter(|object| object.len() == 2)?;
    let [seconds, nanoseconds] = names.map(|name| object.get(name));
    let nanoseconds = nanoseconds?.as_u64().filter(|nanoseconds| *nanoseconds < 1_000_000_000)?;
    Some(json!({ TIME[0]: seconds?, TIME[1]: nanoseconds }))
}

fn bound_to_parts(value: &Value) -> Option<Value> {
    if value == "Unbounded" {
        return Some(Value::Null);
    }
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (name, value) = object.iter().next()?;
    match name.as_str() {
        "Included" => Some(json!({ "Ok": value })),
        "Excluded" => Some(json!({ "Err": value })),
        _ => None,
    }
}

fn bound_from_parts(parts: Value) -> Value {
    match parts {
        Value::Object(result) => {
            let renamed = |(name, value)| match name {
                name if name == "Ok" => ("Included".to_owned(), value),
                _ => ("Excluded".to_owned(), value),
            };
            result.into_iter().map(renamed).collect::<Map<_, _>>().into()
        }
        _ => "Unbounded".into(),
    }
}

fn is_address(name: &str) -> bool {
    matches!(
        name,
        "IpAddr" | "Ipv4Addr" | "Ipv6Addr" | "SocketAddr" | "SocketAddrV4" | "SocketAddrV6"
    )
}

fn ip_to_parts(address: IpAddr) -> Value {
    let (version, mut octets) = (if address.is_ipv4() { 4 } else { 6 }, [0; 16]);
    match address {
        IpAddr::V4(address) => octets[..4].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => octets = address.octets(),
    }
    json!({ "version": version, "octets": octets })
}

fn socket_to_parts(address: SocketAddr) -> Value {
    let (flow, scope) = match address {
        SocketAddr::V4(_) => (0, 0),
        SocketAddr::V6(address) => (address.flowinfo(), address.scope_id()),
    };
    let (ip, port) = (address.ip().to_string(), address.port());
    json!({ "address": ip, "port": port, "flow": flow, "scope": scope })
}

fn address_to_parts(name: &str, text: &str) -> Option<Value> {
    Some(match name {
        "Ipv4Addr" => json!(text.parse::<Ipv4Addr>().ok()?.octets()),
        "Ipv6Addr" => json!(text.parse::<Ipv6Addr>().ok()?.octets()),
        "IpAddr" => ip_to_parts(text.parse().ok()?),
        "SocketAddrV4" => {
            let address: SocketAddrV4 = text.parse().ok()?;
            json!({ "address": address.ip().to_string(), "port": address.port() })
        }
        "SocketAddrV6" => socket_to_parts(SocketAddr::V6(text.parse().ok()?)),
        _ => socket_to_parts(text.parse().ok()?),
    })
}

/// Returns the text of an address; `None` if it would not tell all of it.
fn address_from_parts(name: &str, parts: &Value) -> Option<String> {
    if name.starts_with("Socket") {
        let ip = parts["address"].as_str()?.parse().ok()?;
        let port = parts["port"].as_u64()?.try_into().ok()?;
        let [flow, scope] = ["flow", "scope"].map(|part| parts[part].as_u64().unwrap_or(0));
        return match ip {
            IpAddr::V4(ip) => Some(SocketAddrV4::new(ip, port).to_string()),
            IpAddr::V6(_) if flow != 0 => None,
            IpAddr::V6(ip) => {
                Some(SocketAddrV6::new(ip, port, 0, scope.try_into().ok()?).to_string())
            }
        };
    }
    let octets = if name == "IpAddr" { &parts["octets"] } else { parts };
    let octets: Vec<u8> = serde_json::from_value(octets.clone()).ok()?;
    let is_v4 = name == "Ipv4Addr" || (name == "IpAddr" && parts["version"] == 4);
    Some(match is_v4 {
        true => Ipv4Addr::from(*octets.first_chunk::<4>()?).to_string(),
        false => Ipv6Addr::from(*octets.first_chunk::<16>()?).to_string(),
    })
}
