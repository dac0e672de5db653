//! The parser of a record's texts: the signatures of methods, and the definitions
//! of the structs and enums that they refer to.
//!
//! ```text
//! method     = "fn" name "(" receiver { "," name ":" type } ")" [ "->" type ] [ "where" lifetimes ]
//! definition = ( "struct" name [ parameters ] fields
//!              | "enum" name [ parameters ] "{" { name fields "," } "}" ) [ "where" lifetimes ]
//! fields     = [ "{" { name ":" type "," } "}" | "(" { type "," } ")" ]
//! ```
//!
//! A type in any other form, such as `dyn Fn(u8)`, is kept as text.

use core::fmt;
use std::collections::HashMap;

use crate::metadata::{MethodMetadata, TypeMetadata};

/// The deepest nesting that is parsed, so that no text can use up the stack.
const DEPTH: usize = 64;

/// A type in a record.
///
/// Structs and enums have their last names here. [`TypeMetadata`] has their paths.
///
/// ```
/// use plugin_interface::metadata::signature::Type;
///
/// let Type::Named { name, arguments } = Type::parse("Result<(), &str>") else { panic!() };
/// assert_eq!((name.as_str(), arguments.len()), ("Result", 2));
/// assert_eq!(arguments[0], Type::Tuple(vec![]));
/// assert_eq!(arguments[1].to_string(), "&str");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// A name with its arguments: `u32`, `Option<u32>`.
    Named {
        /// The name.
        name: String,
        /// The types between the angle brackets.
        arguments: Vec<Type>,
    },
    /// `&T` or `&mut T`.
    Reference {
        /// `true` for `&mut`.
        exclusive: bool,
        /// The type behind the reference.
        to: Box<Type>,
    },
    /// `[T]`.
    Slice(Box<Type>),
    /// `[T; N]`.
    Array(Box<Type>, usize),
    /// `(A, B)`, or `()`.
    Tuple(Vec<Type>),
    /// Any other type, as text.
    Other(String),
}

/// A parameter of a method, or a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Its name, empty for the fields of tuples.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The version that added it to a struct that grows. Empty for any other.
    pub since: String,
}

/// The signature of a method.
///
/// ```
/// use plugin_interface::metadata::signature::Method;
///
/// let method = Method::parse("fn set(&mut self, value: u32) -> bool").unwrap();
/// assert!(method.exclusive);
/// assert_eq!(method.parameters[0].name, "value");
/// assert_eq!(method.returns.to_string(), "bool");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// Its name.
    pub name: String,
    /// `true` for `&mut self` and `self: Box<Self>`.
    pub exclusive: bool,
    /// `true` for `self: Box<Self>`: the call consumes the instance.
    pub consumes: bool,
    /// Its parameters without `self`.
    pub parameters: Vec<Field>,
    /// Its return type, `()` by default.
    pub returns: Type,
}

/// The definition of a struct or an enum.
///
/// ```
/// use plugin_interface::metadata::signature::{Body, Definition};
///
/// let definition = Definition::parse("struct Node<T> { value: T }").unwrap();
/// assert_eq!(definition.parameters, ["T"]);
/// let Body::Struct(fields) = definition.body else { panic!() };
/// assert_eq!(fields[0].to_string(), "value: T");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Definition {
    /// The last name of its path.
    pub name: String,
    /// The names of its type parameters.
    pub parameters: Vec<String>,
    /// Its fields or variants.
    pub body: Body,
}

/// The fields of a struct, or the variants of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// The fields of a struct.
    Struct(Vec<Field>),
    /// The fields of a struct that grows.
    Growing(Vec<Field>),
    /// The variants of an enum.
    Enum(Vec<Variant>),
    /// The variants of an enum that grows.
    GrowingEnum(Vec<Variant>),
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The version that added it to an enum that grows. Empty otherwise.
    pub since: String,
    /// The whole variant, as text, without the version that added it.
    pub text: String,
}

impl MethodMetadata {
    /// Parses the signature. Returns `None` if it is not a signature.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// let metadata = plugin_interface::inspect("plugins/libgreeter.so")?;
    /// let greet = metadata.interfaces[0].methods[1].syntax().expect("a signature");
    /// assert_eq!(greet.parameters[0].to_string(), "target: &str");
    /// # Ok(())
    /// # }
    /// ```
    pub fn syntax(&self) -> Option<Method> {
        Method::parse(&self.signature)
    }
}

impl TypeMetadata {
    /// Parses the definition. Returns `None` if it is not a definition.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), plugin_interface::InspectError> {
    /// let metadata = plugin_interface::inspect("plugins/libtools.so")?;
    /// for ty in &metadata.interfaces[0].types {
    ///     println!("{:?}", ty.syntax());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn syntax(&self) -> Option<Definition> {
        Definition::parse(&self.definition)
    }
}

impl Type {
    /// Parses a type. A type in an unknown form becomes [`Type::Other`].
    pub fn parse(text: &str) -> Type {
        parse_type(text, 0)
    }

    /// Returns the type with values in place of the parameters in it.
    pub(crate) fn with(&self, values: &HashMap<&str, &Type>) -> Type {
        let within = |ty: &Type| Box::new(ty.with(values));
        let all = |types: &[Type]| types.iter().map(|ty| ty.with(values)).collect();
        match self {
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
            Type::Other(_) => self.clone(),
        }
    }
}

fn parse_type(text: &str, depth: usize) -> Type {
    let text = text.trim();
    let within = |text: &str| Box::new(parse_type(text, depth + 1));
    let list = |text: &str| split(text).map(|part| parse_type(part, depth + 1)).collect();
    let other = || Type::Other(text.to_owned());
    if depth > DEPTH {
        return other();
    }
    if let Some(to) = text.strip_prefix('&') {
        return match to.strip_prefix("mut ") {
            Some(to) => Type::Reference { exclusive: true, to: within(to) },
            None => Type::Reference { exclusive: false, to: within(to) },
        };
    }
    if let Some(inner) = enclosed(text, "(", ")") {
        // Parentheses around a sum: `&(dyn Trait + Send)`.
        return match inner.starts_with("dyn ") && !has_comma(inner) {
            true => *within(inner),
            false => Type::Tuple(list(inner)),
        };
    }
    if let Some(inner) = enclosed(text, "[", "]") {
        return match inner.rsplit_once("; ").map(|(of, len)| (of, len.parse())) {
            Some((of, Ok(len))) => Type::Array(within(of), len),
            _ => Type::Slice(within(inner)),
        };
    }
    // Such as `io::Error`.
    let end = text.find(|c| !is_of_name(c) && c != ':').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let arguments = match rest {
        "" => Some(Vec::new()),
        _ => enclosed(rest, "<", ">").map(list),
    };
    match arguments {
        Some(arguments) if !name.is_empty() => Type::Named { name: name.to_owned(), arguments },
        _ => other(),
    }
}

impl Method {
    /// Parses a signature. Returns `None` if the text is not a signature.
    pub fn parse(text: &str) -> Option<Method> {
        let text = text.split_once(" where ").map_or(text, |(signature, _)| signature);
        let (name, rest) = name(text.strip_prefix("fn ")?)?;
        let (parameters, rest) = rest.split_at(end_of_brackets(rest)?);
        let mut parameters = split(enclosed(parameters, "(", ")")?);
        let (exclusive, consumes) = match parameters.next()? {
            "&self" => (false, false),
            "&mut self" => (true, false),
            "self: Box<Self>" => (true, true),
            _ => return None,
        };
        let returns = match rest.trim_start() {
            "" => Type::Tuple(Vec::new()),
            rest => Type::parse(rest.strip_prefix("-> ")?),
        };
        let parameters = parameters.map(named).collect::<Option<_>>()?;
        Some(Method { name, exclusive, consumes, parameters, returns })
    }
}

impl Definition {
    /// Parses a definition. Returns `None` if the text is not a definition.
    pub fn parse(text: &str) -> Option<Definition> {
        let text = text.split_once(" where ").map_or(text, |(definition, _)| definition);
        let growing = text.strip_prefix("growing ");
        let (kind, rest) = growing.unwrap_or(text).split_once(' ')?;
        let (name, mut rest) = name(rest)?;
        let mut parameters = Vec::new();
        if rest.starts_with('<') {
            let list;
            (list, rest) = rest.split_at(end_of_brackets(rest)?);
            parameters.extend(split(enclosed(list, "<", ">")?).map(str::to_owned));
        }
        let body = match kind {
            "struct" if growing.is_some() => Body::Growing(fields(rest)?),
            "struct" => Body::Struct(fields(rest)?),
            "enum" => {
                let variants = split(enclosed(rest.trim_start(), "{", "}")?);
                let variants = variants.map(variant).collect::<Option<_>>()?;
                match growing {
                    Some(_) => Body::GrowingEnum(variants),
                    None => Body::Enum(variants),
                }
            }
            _ => return None,
        };
        Some(Definition { name, parameters, body })
    }
}

fn variant(text: &str) -> Option<Variant> {
    let (since, text) = since(text);
    let (name, rest) = name(text)?;
    let since = since.to_owned();
    Some(Variant { name, fields: fields(rest)?, since, text: text.to_owned() })
}

fn fields(text: &str) -> Option<Vec<Field>> {
    let text = text.trim_start();
    if text.is_empty() {
        return Some(Vec::new());
    }
    if let Some(inner) = enclosed(text, "{", "}") {
        return split(inner).map(named).collect();
    }
    let inner = enclosed(text, "(", ")")?;
    let unnamed = |text| {
        let (since, ty) = since(text);
        Field { name: String::new(), ty: Type::parse(ty), since: since.to_owned() }
    };
    Some(split(inner).map(unnamed).collect())
}

fn named(text: &str) -> Option<Field> {
    let (since, text) = since(text);
    let (name, ty) = text.split_once(": ")?;
    Some(Field { name: name.to_owned(), ty: Type::parse(ty), since: since.to_owned() })
}

/// Splits `#[since("1.1")]` from the field or variant behind it.
fn since(text: &str) -> (&str, &str) {
    let later = text.strip_prefix("#[since(\"").and_then(|rest| rest.split_once("\")] "));
    later.unwrap_or(("", text))
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '#'
}

/// Splits the name at the begin from the rest.
fn name(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.split_at(text.find(|c| !is_of_name(c)).unwrap_or(text.len()));
    (!name.is_empty()).then(|| (name.to_owned(), rest))
}

/// Returns each character with its offset and the depth of brackets after it.
pub(super) fn depths(text: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let mut depth = 0usize;
    let mut before = ' ';
    text.char_indices().map(move |(at, c)| {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if before == '-' => {}
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
        (at, c, depth)
    })
}

/// Returns the end of the bracket that the text begins with.
pub(super) fn end_of_brackets(text: &str) -> Option<usize> {
    depths(text).find(|(_, _, depth)| *depth == 0).map(|(at, c, _)| at + c.len_utf8())
}

/// Returns the text between two matching brackets that enclose the whole text.
fn enclosed<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    (end_of_brackets(text) == Some(text.len())).then_some(inner)
}

fn has_comma(text: &str) -> bool {
    depths(text).any(|(_, c, depth)| c == ',' && depth == 0)
}

/// Returns the parts between the commas outside of brackets. A comma at the end
/// adds no part.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let commas = depths(text).filter(|(_, c, depth)| *c == ',' && *depth == 0);
    let ends = commas.map(|(at, _, _)| at).chain([text.len()]);
    let mut begin = 0;
    let parts = ends.map(move |end| {
        let part = text.get(begin..end).unwrap_or_default();
        begin = end + 1;
        part.trim()
    });
    parts.filter(|part| !part.is_empty())
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Named { name, arguments } if arguments.is_empty() => f.write_str(name),
            Type::Named { name, arguments } => {
                write!(f, "{name}<")?;
                list(f, arguments)?;
                f.write_str(">")
            }
            Type::Reference { exclusive, to } => {
                let mutable = if *exclusive { "mut " } else { "" };
                match &**to {
                    Type::Other(sum) if is_sum(sum) => write!(f, "&{mutable}({sum})"),
                    to => write!(f, "&{mutable}{to}"),
                }
            }
            Type::Slice(of) => write!(f, "[{of}]"),
            Type::Array(of, len) => write!(f, "[{of}; {len}]"),
            Type::Tuple(values) => {
                f.write_str("(")?;
                list(f, values)?;
                f.write_str(if values.len() == 1 { ",)" } else { ")" })
            }
            Type::Other(text) => f.write_str(text),
        }
    }
}

/// Returns `true` if an object has auto traits: `dyn Trait + Send`.
fn is_sum(text: &str) -> bool {
    text.starts_with("dyn ") && depths(text).any(|(_, c, depth)| c == '+' && depth == 0)
}

fn list(f: &mut fmt::Formatter<'_>, types: &[Type]) -> fmt::Result {
    for (i, ty) in types.iter().enumerate() {
        write!(f, "{}{ty}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_since(f, &self.since)?;
        f.write_str(&self.text)
    }
}

fn write_since(f: &mut fmt::Formatter<'_>, since: &str) -> fmt::Result {
    match since {
        "" => Ok(()),
        since => write!(f, "#[since(\"{since}\")] "),
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_since(f, &self.since)?;
        match self.name.as_str() {
            "" => write!(f, "{}", self.ty),
            name => write!(f, "{name}: {}", self.ty),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::metadata::signature::*;

    #[test]
    fn types_are_displayed_as_they_were_written() {
        for text in [
            "u8",
            "()",
            "(u8,)",
            "(u8, (bool, String))",
            "&str",
            "&mut [u16]",
            "[[u8; 3]; 2]",
            "Vec<Option<Result<String, Vec<u8>>>>",
            "HashMap<(u8, String), &Path>",
            "Box<dyn Error + Send + Sync>",
            "Box<dyn Fn(u8, &str) -> Option<u8> + Send>",
            "Option<&dyn Host>",
            "&(dyn Host + Send)",
            "&mut (dyn FnMut(u8, u8) -> u8 + Send + Sync)",
            "(dyn Host + Send, u8)",
            "#0",
        ] {
            assert_eq!(Type::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_type_in_another_form_is_kept_as_text() {
        let Type::Named { arguments, .. } = Type::parse("Box<dyn Fn(u8, u8) -> u8 + Send>") else {
            panic!("a box")
        };
        assert_eq!(arguments, [Type::Other("dyn Fn(u8, u8) -> u8 + Send".to_owned())]);
        for text in ["", "<u8>", "dyn A", "a b", "Vec<u8", "(u8", "[u8", "Vec<u8>>"] {
            assert_eq!(Type::parse(text), Type::Other(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_type_of_any_depth_is_parsed() {
        for open in ["&", "Vec<", "(", "["] {
            assert!(!Type::parse(&open.repeat(100_000)).to_string().is_empty());
        }
        let deep = format!("{}u8{}", "Vec<".repeat(500), ">".repeat(500));
        assert_eq!(Type::parse(&deep).to_string(), deep);
    }

    #[test]
    fn definitions_of_each_kind() {
        let parse = |text| Definition::parse(text).unwrap();
        for text in ["struct Egg", "struct Egg {}", "struct Egg()"] {
            assert_eq!(parse(text).body, Body::Struct(Vec::new()), "{text}");
        }
        let nest = parse("struct Nest<A, B>(Vec<(A, B)>, u8)");
        assert_eq!(nest.parameters, ["A", "B"]);
        let Body::Struct(fields) = nest.body else { panic!("a struct") };
        assert_eq!(fields.iter().map(Field::to_string).collect::<Vec<_>>(), ["Vec<(A, B)>", "u8"]);
        let event = parse("enum Event { None, At(u8, u16), Named { name: String, old: u8 } }");
        let Body::Enum(variants) = event.body else { panic!("an enum") };
        let found: Vec<_> = variants.iter().map(|v| (&*v.text, v.fields.len())).collect();
        let expected = [("None", 0), ("At(u8, u16)", 2), ("Named { name: String, old: u8 }", 2)];
        assert_eq!(found, expected);
        let page = parse("growing struct Page { a: u8, #[since(\"1.1\")] b: Vec<(A, B)> }");
        let Body::Growing(fields) = page.body else { panic!("a struct that grows") };
        let found: Vec<_> = fields.iter().map(|field| (&*field.name, &*field.since)).collect();
        assert_eq!(found, [("a", ""), ("b", "1.1")]);
        assert_eq!(fields[1].to_string(), "#[since(\"1.1\")] b: Vec<(A, B)>");
        let event = parse("growing enum Event { None, #[since(\"1.1\")] At(u8) }");
        let Body::GrowingEnum(variants) = event.body else { panic!("an enum that grows") };
        let found: Vec<_> = variants.iter().map(|v| (&*v.text, &*v.since)).collect();
        assert_eq!(found, [("None", ""), ("At(u8)", "1.1")]);
        for text in
            ["growing A", "", "struct", "union A", "enum A", "struct A { a }", "struct A(u8"]
        {
            assert_eq!(Definition::parse(text), None, "{text}");
        }
    }

    #[test]
    fn signatures_of_each_kind() {
        let method = Method::parse("fn call(&self, f: &dyn Fn(u8) -> u8, b: (u8, u8))").unwrap();
        assert_eq!(method.parameters.len(), 2);
        assert_eq!(method.parameters[0].to_string(), "f: &dyn Fn(u8) -> u8");
        assert_eq!(method.returns, Type::Tuple(vec![]));
        for text in ["", "fn", "fn a", "fn a()", "fn a(self)", "fn a(&self) u8", "fn a(&self"] {
            assert_eq!(Method::parse(text), None, "{text}");
        }
    }
}
