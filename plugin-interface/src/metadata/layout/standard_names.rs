//! The names of the types of the standard library.

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

/// The other types of the standard library without arguments.
const STANDARD: [&str; 16] = [
    "String",
    "fmt::Arguments",
    "OsString",
    "PathBuf",
    "Duration",
    "SystemTime",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
    "Utf8Error",
    "FromUtf8Error",
    "io::Error",
    "fmt::Error",
];

/// Returns `true` if the standard library has such a type of so many arguments,
/// all of them sized.
pub(super) fn is_standard(name: &str, arguments: usize) -> bool {
    match arguments {
        0 => {
            Primitive::named(name).is_some()
                || ERROR_KINDS.contains(&name)
                || STANDARD.contains(&name)
        }
        1 => [
            "Option",
            "NonZero",
            "PhantomData",
            "Range",
            "RangeInclusive",
            "Bound",
            "Poll",
            "Wrapping",
            "Saturating",
            "Reverse",
            "Vec",
            "VecDeque",
            "BTreeSet",
            "HashSet",
            "Box",
            "Arc",
            "Rc",
        ]
        .contains(&name),
        2 => ["Result", "ControlFlow", "BTreeMap", "HashMap"].contains(&name),
        _ => false,
    }
}
