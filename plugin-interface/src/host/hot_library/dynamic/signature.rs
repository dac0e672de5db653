//! The signature of a C function, parsed from text.

use core::ffi::{c_char, c_int, c_long, c_short};
use core::fmt;
use core::str::FromStr;
use std::ffi::CString;

use super::DynamicCallError;
use super::value::Value;

/// A C number by its size in bytes, or `bool`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool,
    Signed(usize),
    Unsigned(usize),
    /// `float` or `double`.
    Float(usize),
}

/// The type of a parameter or of a return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CType {
    pub(super) kind: Kind,
    /// The type as it was written.
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Void,
    Scalar(Scalar),
    Pointer {
        /// The type that it points to, if that is a number.
        to: Option<Scalar>,
        is_text: bool,
        is_const: bool,
    },
}

/// The signature of a C function, such as `scale(double, int) -> double`.
///
/// ```text
/// signature = [name] "(" ["void" | type {"," type}] ")" ["->" type]
/// type      = word {word} {"*"}
/// ```
///
/// The types are C numbers (`int`, `unsigned long`, `uint8_t`, `size_t`,
/// `float` ..), `bool`, pointers to them, `char *` for texts, and `void *`.
/// Structs, `long double` and variable arguments are not supported.
///
/// ```
/// use plugin_interface::dynamic::Signature;
///
/// let scale: Signature = "scale(double, int) -> double".parse()?;
/// assert_eq!(scale.name(), "scale");
/// let wrong = "scale(double, imt)".parse::<Signature>().unwrap_err();
/// assert!(wrong.to_string().contains("`imt`"));
/// # Ok::<(), plugin_interface::dynamic::DynamicCallError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    pub(super) parameters: Vec<CType>,
    pub(super) returns: CType,
}

impl Signature {
    /// Returns the name of the function, which may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Parses arguments for such a function from texts, such as those of a
    /// command line. A text is used unchanged, a number is in decimal digits.
    /// The only other pointer is `null`.
    ///
    /// # Errors
    ///
    /// If the number of texts is not that of the parameters, or if one is not
    /// of the type of its parameter.
    ///
    /// ```
    /// use plugin_interface::dynamic::{Signature, Value};
    ///
    /// let scale: Signature = "scale(double, int) -> double".parse()?;
    /// assert_eq!(scale.read(["1.5", "2"])?, [Value::Float(1.5), Value::Int(2)]);
    /// assert!(scale.read(["1.5", "two"]).is_err());
    /// # Ok::<(), plugin_interface::dynamic::DynamicCallError>(())
    /// ```
    pub fn read<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Vec<Value<'static>>, DynamicCallError> {
        let texts: Vec<_> = texts.into_iter().collect();
        self.check_count(texts.len())?;
        let read = |(index, text): (usize, &&str)| {
            let wanted = &self.parameters[index];
            let found = || format!("`{text}`");
            wanted.read(text).ok_or_else(|| wanted.mismatch(index, found()))
        };
        texts.iter().enumerate().map(read).collect()
    }

    pub(super) fn check_count(&self, found: usize) -> Result<(), DynamicCallError> {
        match self.parameters.len() {
            expected if expected == found => Ok(()),
            expected => {
                Err(DynamicCallError::Arity { signature: self.to_string(), expected, found })
            }
        }
    }
}

impl CType {
    /// Returns the error of an argument that is not of this type.
    pub(super) fn mismatch(&self, index: usize, found: String) -> DynamicCallError {
        DynamicCallError::Type { place: index + 1, expected: self.text.clone(), found }
    }

    fn read(&self, text: &str) -> Option<Value<'static>> {
        match self.kind {
            Kind::Void => None,
            Kind::Scalar(Scalar::Bool) => text.parse().ok().map(Value::Bool),
            Kind::Scalar(Scalar::Float(_)) => text.parse().ok().map(Value::Float),
            Kind::Scalar(_) => text.parse().ok().map(Value::Int),
            Kind::Pointer { is_text: true, is_const: true, .. } => {
                CString::new(text).ok().map(Value::Text)
            }
            Kind::Pointer { .. } => {
                (text == "null").then_some(Value::Pointer(core::ptr::null_mut()))
            }
        }
    }
}

impl FromStr for Signature {
    type Err = DynamicCallError;

    fn from_str(text: &str) -> Result<Self, DynamicCallError> {
        let invalid =
            |reason: String| DynamicCallError::Signature { text: text.to_owned(), reason };
        let (name, rest) = text.split_once('(').ok_or_else(|| invalid("there is no `(`".into()))?;
        let (list, rest) = rest.split_once(')').ok_or_else(|| invalid("there is no `)`".into()))?;
        let (name, list, rest) = (name.trim(), list.trim(), rest.trim());
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(invalid(format!("`{name}` is not the name of a function")));
        }
        let returns = match rest.strip_prefix("->") {
            Some(returns) => returns,
            None if rest.is_empty() => "void",
            None => return Err(invalid(format!("expected `-> type`, found `{rest}`"))),
        };
        let parameters = match list {
            "" | "void" => Vec::new(),
            _ => list.split(',').map(c_type).collect::<Result<_, _>>().map_err(invalid)?,
        };
        if parameters.iter().any(|parameter| parameter.kind == Kind::Void) {
            return Err(invalid("a parameter cannot be void".to_owned()));
        }
        let returns = c_type(returns).map_err(invalid)?;
        Ok(Signature { name: name.to_owned(), parameters, returns })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<_> = self.parameters.iter().map(|p| p.text.as_str()).collect();
        write!(f, "{}({}) -> {}", self.name, parameters.join(", "), self.returns.text)
    }
}

fn c_type(text: &str) -> Result<CType, String> {
    let text = text.trim();
    let (base, stars) = text.find('*').map_or((text, ""), |at| text.split_at(at));
    let stars = stars.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut words: Vec<_> = base.split_whitespace().collect();
    let is_const = words.contains(&"const");
    words.retain(|word| *word != "const");
    let is_void = words == ["void"];
    let to = scalar(&words);
    let kind = match (&*stars, to) {
        (_, None) if !is_void => return Err(format!("`{text}` is not a known C type")),
        ("", None) => Kind::Void,
        ("", Some(scalar)) => Kind::Scalar(scalar),
        ("*", to) => Kind::Pointer { to, is_text: words == ["char"], is_const },
        (stars, _) if stars.bytes().all(|star| star == b'*') => {
            Kind::Pointer { to: None, is_text: false, is_const: false }
        }
        _ => return Err(format!("expected `*` only after the type, found `{text}`")),
    };
    Ok(CType { kind, text: text.to_owned() })
}

/// Returns the number type that the words name, in any order.
fn scalar(words: &[&str]) -> Option<Scalar> {
    const CHAR: Scalar = if c_char::MIN == 0 { Scalar::Unsigned(1) } else { Scalar::Signed(1) };
    let has = |wanted: &str| words.contains(&wanted);
    let unsigned = has("unsigned");
    let mut core: Vec<_> = words.iter().filter(|w| !matches!(**w, "signed" | "unsigned")).collect();
    let is_plain = core.len() == words.len();
    if core.len() > 1 || !is_plain {
        core.retain(|word| **word != "int");
    }
    let number = |size: usize| {
        let number = if unsigned { Scalar::Unsigned(size) } else { Scalar::Signed(size) };
        (words.len() - core.len() <= 2).then_some(number)
    };
    match core.iter().map(|word| **word).collect::<Vec<_>>()[..] {
        ["char"] if is_plain => Some(CHAR),
        ["char"] => number(1),
        ["short"] => number(size_of::<c_short>()),
        ["int"] => number(size_of::<c_int>()),
        [] if !words.is_empty() => number(size_of::<c_int>()),
        ["long"] => number(size_of::<c_long>()),
        ["long", "long"] => number(8),
        _ if !is_plain => None,
        ["bool" | "_Bool"] => Some(Scalar::Bool),
        ["float"] => Some(Scalar::Float(4)),
        ["double"] => Some(Scalar::Float(8)),
        ["size_t" | "uintptr_t"] => Some(Scalar::Unsigned(size_of::<usize>())),
        ["ssize_t" | "intptr_t" | "ptrdiff_t"] => Some(Scalar::Signed(size_of::<usize>())),
        [word] => {
            let bits = |prefix| word.strip_prefix(prefix)?.strip_suffix("_t")?.parse().ok();
            let size = |bits: usize| matches!(bits, 8 | 16 | 32 | 64).then_some(bits / 8);
            let signed = bits("int").and_then(size).map(Scalar::Signed);
            signed.or_else(|| bits("uint").and_then(size).map(Scalar::Unsigned))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_that_c_gives_them() {
        let long = size_of::<c_long>();
        for (names, expected) in [
            ("char", scalar(&["char"]).unwrap()),
            ("signed char|char signed|int8_t", Scalar::Signed(1)),
            ("unsigned char|uint8_t", Scalar::Unsigned(1)),
            ("short|short int|signed short int|int16_t", Scalar::Signed(2)),
            ("unsigned short|short unsigned int|uint16_t", Scalar::Unsigned(2)),
            ("int|signed|signed int|int32_t|const int", Scalar::Signed(4)),
            ("unsigned|unsigned int|int unsigned|uint32_t", Scalar::Unsigned(4)),
            ("long|long int|signed long", Scalar::Signed(long)),
            ("unsigned long|long unsigned int", Scalar::Unsigned(long)),
            ("long long|long long int|long signed long|int64_t", Scalar::Signed(8)),
            ("unsigned long long|long int long unsigned|uint64_t", Scalar::Unsigned(8)),
            ("size_t|uintptr_t", Scalar::Unsigned(size_of::<usize>())),
            ("ssize_t|ptrdiff_t|intptr_t", Scalar::Signed(size_of::<usize>())),
            ("float", Scalar::Float(4)),
            ("double", Scalar::Float(8)),
            ("bool|_Bool", Scalar::Bool),
        ] {
            for name in names.split('|') {
                assert_eq!(c_type(name).unwrap().kind, Kind::Scalar(expected), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_number_of_c_is_refused() {
        for name in [
            "",
            "imt",
            "long double",
            "unsigned float",
            "signed bool",
            "struct point",
            "int12_t",
            "uint128_t",
            "int int int",
            "char char",
            "short long",
            "long long long",
            "const",
            "unsigned size_t",
            "int *x",
            "signed signed signed int",
        ] {
            assert!(c_type(name).is_err(), "{name}: {:?}", c_type(name));
        }
    }

    #[test]
    fn pointers_know_what_they_lead_to() {
        let pointer = |to, is_text, is_const| Kind::Pointer { to, is_text, is_const };
        let char = scalar(&["char"]);
        for (text, expected) in [
            ("const char *", pointer(char, true, true)),
            ("char const*", pointer(char, true, true)),
            ("char*", pointer(char, true, false)),
            ("const double *", pointer(Some(Scalar::Float(8)), false, true)),
            ("unsigned char *", pointer(Some(Scalar::Unsigned(1)), false, false)),
            ("void *", pointer(None, false, false)),
            ("char **", pointer(None, false, false)),
        ] {
            assert_eq!(c_type(text).unwrap().kind, expected, "{text}");
        }
    }

    #[test]
    fn signatures_say_what_is_wrong_with_them() {
        for (text, reason) in [
            ("foo", "there is no `(`"),
            ("foo(int", "there is no `)`"),
            ("foo() int", "expected `-> type`, found `int`"),
            ("fo-o()", "`fo-o` is not the name of a function"),
            ("foo(int, void)", "a parameter cannot be void"),
            ("foo(int,)", "`` is not a known C type"),
            ("foo(...)", "`...` is not a known C type"),
            ("foo() -> ", "`` is not a known C type"),
        ] {
            let error = text.parse::<Signature>().unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(text), "{error}");
        }
        for (text, same) in [
            (" foo ( ) ", "foo() -> void"),
            ("foo(void)->int", "foo() -> int"),
            ("f_2(const char *,int) -> char*", "f_2(const char *, int) -> char*"),
        ] {
            assert_eq!(text.parse::<Signature>().unwrap().to_string(), same);
        }
    }
}
