//! The parser of the type of an object: `dyn Fn(u32) -> String + Send`.

use crate::metadata::signature::{depths, end_of_brackets};

/// The type of an object, taken apart.
#[derive(Debug, PartialEq)]
pub(crate) struct ObjectSyntax<'t> {
    pub(crate) object: ObjectName<'t>,
    /// The markers of the type. An interface has its own besides.
    pub(crate) is_send: bool,
    pub(crate) is_sync: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum ObjectName<'t> {
    /// The last name of an interface, or the path of a trait of the standard library.
    Named(&'t str),
    /// A closure: the trait, and the texts of its arguments and of its return type.
    Closure { of: &'t str, arguments: &'t str, returns: &'t str },
    /// `Iterator<Item = T>` or `Future<Output = T>`: the trait, and the text of `T`.
    Bound { of: &'t str, to: &'t str },
}

impl<'t> ObjectSyntax<'t> {
    /// Parses the type behind a pointer. Returns `None` if it is no object.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix("dyn ")?;
        let plus = depths(text).find(|(_, c, depth)| *c == '+' && *depth == 0);
        let end = plus.map_or(text.len(), |(at, ..)| at);
        let (object, markers) = (text[..end].trim_end(), &text[end..]);
        let has = |marker| markers.split('+').any(|found| found.trim() == marker);
        let (is_send, is_sync) = (has("Send"), has("Sync"));
        Some(ObjectSyntax { object: name(object)?, is_send, is_sync })
    }
}

fn name(text: &str) -> Option<ObjectName<'_>> {
    let Some(begin) = text.find(['(', '<']) else { return Some(ObjectName::Named(text)) };
    let (of, rest) = text.split_at(begin);
    let (within, behind) = rest.split_at(end_of_brackets(rest)?);
    let within = &within[1..within.len() - 1];
    if rest.starts_with('<') {
        let (_, to) = within.split_once(" = ")?;
        return behind.is_empty().then_some(ObjectName::Bound { of, to });
    }
    let returns = match behind {
        "" => "()",
        behind => behind.strip_prefix(" -> ")?,
    };
    Some(ObjectName::Closure { of, arguments: within, returns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parses(text: &str, object: ObjectName<'_>, markers: (bool, bool)) {
        let (is_send, is_sync) = markers;
        let expected = ObjectSyntax { object, is_send, is_sync };
        assert_eq!(ObjectSyntax::parse(text), Some(expected), "{text}");
    }

    #[test]
    fn each_kind_of_object_is_taken_apart() {
        let named = ObjectName::Named;
        parses("dyn Site", named("Site"), (false, false));
        parses("dyn std::io::Write + Send", named("std::io::Write"), (true, false));
        let closure = |of, arguments, returns| ObjectName::Closure { of, arguments, returns };
        parses("dyn FnMut()", closure("FnMut", "", "()"), (false, false));
        parses(
            "dyn Fn(u8, Box<dyn Fn() -> u8 + Send>) -> Vec<Box<dyn Site + Send>> + Send + Sync",
            closure("Fn", "u8, Box<dyn Fn() -> u8 + Send>", "Vec<Box<dyn Site + Send>>"),
            (true, true),
        );
        let (of, to) = ("Iterator", "Box<dyn Site + Sync>");
        parses(
            "dyn Iterator<Item = Box<dyn Site + Sync>>",
            ObjectName::Bound { of, to },
            (false, false),
        );
        for text in ["Site", "dyn Fn(", "dyn Fn(u8) u8", "dyn Iterator<u8>"] {
            assert_eq!(ObjectSyntax::parse(text), None, "{text}");
        }
    }
}
