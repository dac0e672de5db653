//! Plain values of the types of the standard library and of crates that are known.

use syn::Type;

use super::answers::{Answers, text, types_of};

impl Answers<'_> {
    /// Returns a value of a type of the standard library, or of a crate that is
    /// known here.
    pub(super) fn of_standard(
        &mut self,
        names: &[String],
        arguments: &[Type],
        depth: usize,
    ) -> Option<String> {
        let last = names.last()?.as_str();
        let is_standard = names.len() == 1 || ["std", "core", "alloc"].contains(&names[0].as_str());
        if !is_standard {
            return self.of_other_crate(names, arguments, depth);
        }
        let fixed = |value: &str| Some(value.to_owned());
        let first = arguments.first();
        match last {
            "bool" => fixed("false"),
            "char" => fixed("'\\0'"),
            "f32" | "f64" => fixed("0.0"),
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
            | "u128" | "usize" => fixed("0"),
            "String" => fixed("String::new()"),
            "Vec" => fixed("Vec::new()"),
            "Option" => fixed("None"),
            "Result" => self.of_result(names, arguments, depth),
            "Box" | "Arc" | "Rc" => self.of_owner(names, first?, depth),
            "Pin" => {
                let Type::Path(owner) = first? else { return None };
                let inner = types_of(&owner.path.segments.last()?.arguments);
                let Some(Type::TraitObject(object)) = inner.first() else { return None };
                let value = self.of_object(object, depth)?;
                Some(format!("Box::pin({value})"))
            }
            "RangeInclusive" => {
                let value = self.of(first?, depth + 1)?;
                Some(format!("{value}..={value}"))
            }
            "Ordering" => fixed("std::cmp::Ordering::Equal"),
            "SystemTime" => fixed("std::time::SystemTime::UNIX_EPOCH"),
            "IpAddr" => fixed("std::net::Ipv4Addr::LOCALHOST.into()"),
            "Ipv4Addr" => fixed("std::net::Ipv4Addr::LOCALHOST"),
            "Ipv6Addr" => fixed("std::net::Ipv6Addr::LOCALHOST"),
            "SocketAddr" => fixed("std::net::SocketAddr::from(([127, 0, 0, 1], 0))"),
            "SocketAddrV4" => {
                fixed("std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 0)")
            }
            "SocketAddrV6" => {
                fixed("std::net::SocketAddrV6::new(std::net::Ipv6Addr::LOCALHOST, 0, 0, 0)")
            }
            "SeekFrom" => fixed("std::io::SeekFrom::Start(0)"),
            "RangeFrom" => self.of(first?, depth + 1).map(|value| format!("{value}..")),
            "RangeTo" => self.of(first?, depth + 1).map(|value| format!("..{value}")),
            "RangeToInclusive" => self.of(first?, depth + 1).map(|value| format!("..={value}")),
            "RangeFull" => fixed(".."),
            "Bound" => fixed("std::ops::Bound::Unbounded"),
            "Poll" => fixed("std::task::Poll::Pending"),
            "ControlFlow" => {
                let unit: Type = syn::parse_quote!(());
                let value = self.of(arguments.get(1).unwrap_or(&unit), depth + 1)?;
                Some(format!("std::ops::ControlFlow::Continue({value})"))
            }
            "Reverse" | "Wrapping" | "Saturating" => {
                let value = self.of(first?, depth + 1)?;
                Some(format!("{}({value})", self.imports.name(names)))
            }
            "Error" if names.contains(&"io".to_owned()) => {
                fixed("std::io::Error::other(\"no answer yet\")")
            }
            "Error" if names.contains(&"fmt".to_owned()) => fixed("std::fmt::Error"),
            "ErrorKind" => fixed("std::io::ErrorKind::Other"),
            "Utf8Error" => fixed("std::str::from_utf8(&[255]).unwrap_err()"),
            "FromUtf8Error" => fixed("String::from_utf8(vec![255]).unwrap_err()"),
            "ParseIntError" => fixed("\"\".parse::<i32>().unwrap_err()"),
            "ParseFloatError" => fixed("\"\".parse::<f64>().unwrap_err()"),
            "ParseBoolError" => fixed("\"\".parse::<bool>().unwrap_err()"),
            "ParseCharError" => fixed("\"\".parse::<char>().unwrap_err()"),
            "TryFromIntError" => fixed("u8::try_from(256).unwrap_err()"),
            "CharTryFromError" => fixed("char::try_from(0xd800).unwrap_err()"),
            "AddrParseError" => fixed("\"\".parse::<std::net::IpAddr>().unwrap_err()"),
            "Self" => fixed("Self::default()"),
            "Instant" => fixed("std::time::Instant::now()"),
            "Output" => fixed(
                "std::process::Output { status: Default::default(), stdout: Vec::new(), stderr: Vec::new() }",
            ),
            "Infallible" => None,
            name if name.starts_with("NonZero") => {
                let name = self.imports.name(names);
                match first {
                    Some(of) => Some(format!("{name}::<{}>::MIN", text(of))),
                    None => Some(format!("{name}::MIN")),
                }
            }
            // Such as a parameter that was not replaced.
            _ if names.len() == 1 => None,
            _ => fixed("Default::default()"),
        }
    }

    pub(super) fn of_result(
        &mut self,
        names: &[String],
        arguments: &[Type],
        depth: usize,
    ) -> Option<String> {
        let unit: Type = syn::parse_quote!(());
        let ok = arguments.first().unwrap_or(&unit);
        if let Some(value) = self.of(ok, depth + 1) {
            return Some(format!("Ok({value})"));
        }
        let error = match (arguments.get(1), names) {
            (Some(error), _) => self.of(error, depth + 1)?,
            (None, [.., io, _]) if io == "io" => "std::io::Error::other(\"no answer yet\")".into(),
            _ => return None,
        };
        Some(format!("Err({error})"))
    }

    pub(super) fn of_other_crate(
        &mut self,
        names: &[String],
        arguments: &[Type],
        depth: usize,
    ) -> Option<String> {
        let name = |of: &mut Self| of.imports.name(names);
        match (names[0].as_str(), names.last()?.as_str()) {
            ("plugin_interface" | "futures", "BoxFuture" | "LocalBoxFuture") => {
                let value = self.of_future(arguments.first()?, depth)?;
                Some(format!("Box::pin({value})"))
            }
            ("anyhow", "Result") => self.of_result(names, arguments, depth),
            ("anyhow", "Error") => Some("anyhow::anyhow!(\"no answer yet\")".to_owned()),
            ("bytes", "Bytes" | "BytesMut") => Some(format!("{}::new()", name(self))),
            ("uuid", "Uuid") => Some(format!("{}::nil()", name(self))),
            ("serde_json", "Result") => self.of_result(names, arguments, depth),
            ("serde_json", "Value") => Some(format!("{}::Null", name(self))),
            ("url", "Url") => Some(format!("{}::parse(\"about:blank\").unwrap()", name(self))),
            ("chrono", "DateTime" | "NaiveDate" | "NaiveDateTime" | "NaiveTime")
            | ("serde_json", "Map" | "Number")
            | ("http", "HeaderMap" | "Method" | "StatusCode" | "Uri" | "Version") => {
                Some("Default::default()".to_owned())
            }
            _ => None,
        }
    }
}
