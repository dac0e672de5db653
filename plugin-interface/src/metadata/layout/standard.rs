//! The layouts of the types of the standard library.

use super::extent::Extent;
use super::foreign::passed_as;
use super::layouts::{Layouts, Result, named};
use super::standard_names::ERROR_KINDS;
use crate::metadata::layout::{Elements, Layout, LayoutError, LayoutKind, Primitive};
use crate::metadata::signature::Type;

/// The types behind the `Box` of an error.
const ERRORS: [&str; 3] = ["dyn Error + Send + Sync", "dyn Error + Send", "dyn Error"];

impl Layouts<'_> {
    /// Returns the layout of a type that the interface's author did not define.
    pub(super) fn standard(&mut self, ty: &Type, name: &str, arguments: &[Type]) -> Result<Layout> {
        if let (Some(primitive), []) = (Primitive::named(name), arguments) {
            return Ok(self.primitive(primitive, LayoutKind::Primitive(primitive)));
        }
        let buffer = |of| Ok(self.words(4, LayoutKind::Buffer(of)));
        match (name, arguments) {
            ("String", []) => buffer(Elements::Text),
            ("fmt::Arguments", []) => buffer(Elements::Text),
            ("PathBuf" | "OsString", []) => buffer(Elements::Os),
            ("CString", []) => buffer(Elements::Values(named("u8"))),
            ("Vec" | "VecDeque" | "LinkedList" | "BinaryHeap" | "BTreeSet" | "HashSet", [of]) => {
                buffer(Elements::Values(of.clone()))
            }
            ("BTreeMap" | "HashMap", [_, _]) => {
                buffer(Elements::Values(Type::Tuple(arguments.to_vec())))
            }
            ("Box" | "Arc" | "Rc" | "Cow", [Type::Slice(of)]) => {
                buffer(Elements::Values((**of).clone()))
            }
            ("Box" | "Arc" | "Rc" | "Cow", [text]) if *text == named("str") => {
                buffer(Elements::Text)
            }
            ("Box" | "Arc", [Type::Other(text)]) if ERRORS.contains(&text.as_str()) => {
                self.reject_interface_named_error()?;
                buffer(Elements::Values(named("String")))
            }
            ("Box" | "Arc", [of @ Type::Other(text)]) if text.starts_with("dyn ") => {
                Ok(self.words(3, LayoutKind::Object { of: of.clone() }))
            }
            ("Pin", [Type::Named { name, arguments }]) if name == "Box" => match &arguments[..] {
                [of @ Type::Other(text)] if text.starts_with("dyn ") => {
                    Ok(self.words(3, LayoutKind::Object { of: of.clone() }))
                }
                _ => Err(LayoutError::Unknown { ty: ty.clone() }),
            },
            (
                "Box" | "Arc" | "Rc",
                [to @ (Type::Named { .. } | Type::Tuple(_) | Type::Array(..))],
            )
            | ("Box" | "Arc" | "Rc", [to @ Type::Reference { .. }]) => {
                Ok(self.words(2, LayoutKind::Box { to: to.clone() }))
            }
            // Behind a `&mut [T]` of values that come back.
            ("Option", [Type::Slice(of)]) => self.option(&applied("Vec", [of])),
            ("Option", [of]) => self.option(of),
            ("Result", [ok, err]) => self.result([ok, err]),
            ("NonZero", [Type::Named { name, arguments }]) => {
                let number = Primitive::named(name).filter(|_| arguments.is_empty());
                let number = number.ok_or_else(|| LayoutError::Unknown { ty: ty.clone() })?;
                Ok(self.primitive(number, LayoutKind::NonZero(number)))
            }
            ("PhantomData", [_]) => Ok(Layout::unit(LayoutKind::Unit)),
            (
                "Wrapping" | "Saturating" | "Reverse" | "RangeFrom" | "RangeTo"
                | "RangeToInclusive",
                [of],
            ) => self.of(of).map(|layout| (*layout).clone()),
            ("RangeFull", []) => Ok(Layout::unit(LayoutKind::Unit)),
            ("ErrorKind", []) => {
                Ok(self.primitive(Primitive::U8, LayoutKind::Primitive(Primitive::U8)))
            }
            ("SeekFrom", []) => {
                self.structure([("from", &named("u8")), ("distance", &named("i64"))])
            }
            ("Bound", [of]) => self.option(&applied("Result", [of, of])),
            ("ControlFlow", [end, next]) => self.result([next, end]),
            ("Poll", [of]) => self.option(of),
            ("Range" | "RangeInclusive", [of]) => self.structure([("start", of), ("end", of)]),
            ("Duration", []) => self.time("u64"),
            ("SystemTime" | "time::Instant", []) => self.time("i64"),
            ("process::ExitStatus", []) => {
                Ok(self.primitive(Primitive::I32, LayoutKind::Primitive(Primitive::I32)))
            }
            ("process::Output", []) => {
                let bytes = applied("Vec", [&named("u8")]);
                let status = named("process::ExitStatus");
                self.structure([("status", &status), ("stdout", &bytes), ("stderr", &bytes)])
            }
            _ => match passed_as(ty, name, arguments) {
                Some(passed) => self.of(&passed).map(|layout| (*layout).clone()),
                None if arguments.is_empty() => self.address_or_error(ty, name),
                None => Err(LayoutError::Unknown { ty: ty.clone() }),
            },
        }
    }

    /// Returns the layout of an address of a network, or of an error of the standard
    /// library.
    fn address_or_error(&mut self, ty: &Type, name: &str) -> Result<Layout> {
        let octets = Type::Array(Box::new(named("u8")), 16);
        let [port, flow, scope] =
            [("port", &named("u16")), ("flow", &named("u32")), ("scope", &named("u32"))];
        match name {
            "Ipv4Addr" => self.array(ty, &named("u8"), 4),
            "Ipv6Addr" => self.array(ty, &named("u8"), 16),
            "IpAddr" => self.structure([("version", &named("u8")), ("octets", &octets)]),
            "SocketAddrV4" => self.structure([("address", &named("Ipv4Addr")), port]),
            "SocketAddrV6" | "SocketAddr" => {
                let address = named(if name == "SocketAddr" { "IpAddr" } else { "Ipv6Addr" });
                self.structure([("address", &address), port, flow, scope])
            }
            "fmt::Error" => Ok(Layout::unit(LayoutKind::Unit)),
            "io::Error" => {
                let code = applied("Option", [&named("i32")]);
                let messages = applied("Vec", [&named("String")]);
                self.structure([("kind", &named("u8")), ("code", &code), ("messages", &messages)])
            }
            "FromUtf8Error" => Ok(self.words(4, LayoutKind::Buffer(Elements::Values(named("u8"))))),
            "Utf8Error" => self.structure([("valid", &named("usize")), ("bad", &named("u8"))]),
            name if ERROR_KINDS.contains(&name) => {
                Ok(self.primitive(Primitive::U8, LayoutKind::Primitive(Primitive::U8)))
            }
            _ => Err(LayoutError::Unknown { ty: ty.clone() }),
        }
    }

    fn option(&mut self, of: &Type) -> Result<Layout> {
        let mut extent = Extent::new();
        extent.add(1, 1);
        let value = self.field(&mut extent, "value", of)?;
        Ok(extent.finish(LayoutKind::Option { value }))
    }

    fn result(&mut self, [ok, err]: [&Type; 2]) -> Result<Layout> {
        let mut extent = Extent::new();
        extent.add(1, 1);
        let [ok, err] = self.union(&mut extent, [("ok", ok), ("err", err)])?;
        Ok(extent.finish(LayoutKind::Result { ok, err }))
    }

    /// Returns the layout of seconds of this type, and nanoseconds below a second.
    fn time(&mut self, seconds: &str) -> Result<Layout> {
        self.structure([("seconds", &named(seconds)), ("nanoseconds", &named("u32"))])
    }
}

fn applied<const N: usize>(name: &str, arguments: [&Type; N]) -> Type {
    Type::Named { name: name.to_owned(), arguments: arguments.map(Type::clone).to_vec() }
}
