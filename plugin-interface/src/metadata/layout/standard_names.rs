//! The names of the types of the standard library, as metadata has them.

use super::Primitive;

/// The errors of the standard library that are passed as the number of their
/// kind.
pub(super) const ERROR_KINDS: [&str; 7] = [
    "ParseIntError",
    "ParseFloatError",
    "ParseBoolError",
    "ParseCharError",
    "CharTryFromError",
    "TryFromIntError",
    "AddrParseError",
];

/// A name, and the number of its arguments. `None` if it is that of a trait, or of a type
/// that is not passed by itself.
type Name = (&'static str, Option<usize>);

/// The names in scope everywhere, and those that metadata has with their modules.
const PRELUDE: &[Name] = &[
    ("Box", Some(1)),
    ("Option", Some(1)),
    ("Result", Some(2)),
    ("String", Some(0)),
    ("Vec", Some(1)),
    ("fmt::Arguments", Some(0)),
    ("fmt::Error", Some(0)),
    ("io::Error", Some(0)),
    ("process::ExitStatus", Some(0)),
    ("process::Output", Some(0)),
    ("time::Instant", Some(0)),
];

/// The modules of the other names.
const MODULES: &[(&str, &[Name])] = &[
    ("std::any", &[("Any", None)]),
    ("std::borrow", &[("Cow", None)]),
    ("std::char", &[("CharTryFromError", Some(0)), ("ParseCharError", Some(0))]),
    ("std::cmp", &[("Ordering", None), ("Reverse", Some(1))]),
    (
        "std::collections",
        &[
            ("BTreeMap", Some(2)),
            ("BTreeSet", Some(1)),
            ("BinaryHeap", Some(1)),
            ("HashMap", Some(2)),
            ("HashSet", Some(1)),
            ("LinkedList", Some(1)),
            ("VecDeque", Some(1)),
        ],
    ),
    ("std::error", &[("Error", None)]),
    (
        "std::ffi",
        &[
            ("CStr", None),
            ("CString", Some(0)),
            ("OsStr", None),
            ("OsString", Some(0)),
            ("c_void", None),
        ],
    ),
    ("std::io", &[("ErrorKind", Some(0)), ("SeekFrom", Some(0))]),
    ("std::marker", &[("PhantomData", Some(1))]),
    (
        "std::net",
        &[
            ("AddrParseError", Some(0)),
            ("IpAddr", Some(0)),
            ("Ipv4Addr", Some(0)),
            ("Ipv6Addr", Some(0)),
            ("SocketAddr", Some(0)),
            ("SocketAddrV4", Some(0)),
            ("SocketAddrV6", Some(0)),
        ],
    ),
    (
        "std::num",
        &[
            ("NonZero", Some(1)),
            ("ParseFloatError", Some(0)),
            ("ParseIntError", Some(0)),
            ("Saturating", Some(1)),
            ("TryFromIntError", Some(0)),
            ("Wrapping", Some(1)),
        ],
    ),
    (
        "std::ops",
        &[
            ("Bound", Some(1)),
            ("ControlFlow", Some(2)),
            ("Range", Some(1)),
            ("RangeFrom", Some(1)),
            ("RangeFull", Some(0)),
            ("RangeInclusive", Some(1)),
            ("RangeTo", Some(1)),
            ("RangeToInclusive", Some(1)),
        ],
    ),
    ("std::path", &[("Path", None), ("PathBuf", Some(0))]),
    ("std::pin", &[("Pin", None)]),
    ("std::rc", &[("Rc", Some(1))]),
    ("std::str", &[("ParseBoolError", Some(0)), ("Utf8Error", Some(0))]),
    ("std::string", &[("FromUtf8Error", Some(0))]),
    ("std::sync", &[("Arc", Some(1))]),
    ("std::task", &[("Poll", Some(1))]),
    ("std::time", &[("Duration", Some(0)), ("SystemTime", Some(0))]),
];

/// Returns the module of a type or trait of the standard library that signatures name
/// without it. Returns `None` for those that are in scope everywhere, and for others.
///
/// For programs that write Rust source from metadata.
///
/// ```
/// use plugin_interface::metadata::layout::standard_module;
///
/// assert_eq!(standard_module("Duration"), Some("std::time"));
/// assert_eq!((standard_module("String"), standard_module("Shout")), (None, None));
/// ```
pub fn standard_module(name: &str) -> Option<&'static str> {
    let has = |(_, names): &&(&str, &[Name])| names.iter().any(|(known, _)| *known == name);
    MODULES.iter().find(has).map(|(module, _)| *module)
}

/// Returns `true` if the standard library has such a type of so many arguments,
/// all of them sized.
pub(super) fn is_standard(name: &str, arguments: usize) -> bool {
    let of_modules = MODULES.iter().flat_map(|(_, names)| *names);
    (arguments == 0 && Primitive::named(name).is_some())
        || PRELUDE.iter().chain(of_modules).any(|known| *known == (name, Some(arguments)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_errors_with_kinds_are_known_types_with_modules() {
        for name in ERROR_KINDS {
            assert!(is_standard(name, 0) && standard_module(name).is_some(), "{name}");
        }
        assert!(is_standard("u8", 0) && !is_standard("u8", 1) && !is_standard("Cow", 1));
        assert!(is_standard("HashMap", 2) && !is_standard("HashMap", 1));
    }

    #[test]
    fn each_name_has_one_module() {
        let names = MODULES.iter().flat_map(|(_, names)| *names).chain(PRELUDE);
        let mut names: Vec<_> = names.map(|(name, _)| *name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
