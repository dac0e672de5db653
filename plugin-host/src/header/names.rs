//! Names of Rust as names of C and C++.

use std::collections::HashSet;

/// The names that C, C++ or their usual headers reserve.
const RESERVED: &str = "\
    alignas alignof and and_eq asm assert auto bitand bitor bool break case catch char \
    char16_t char32_t char8_t class co_await co_return co_yield compl complex concept const \
    const_cast consteval constexpr constinit continue decltype default delete do double \
    dynamic_cast else enum errno explicit export extern false float for friend goto i386 if \
    inline int linux long mutable namespace new noexcept noreturn not not_eq nullptr operator \
    or or_eq private protected public register reinterpret_cast requires restrict return short \
    signed sizeof static static_assert static_cast stderr stdin stdout struct switch template \
    this thread_local throw true try typedef typeid typename union unix unsigned using virtual \
    void volatile wchar_t while xor xor_eq";

/// Returns an identifier, in which characters that C lacks become numbers.
pub(super) fn identifier(name: &str) -> String {
    let mut identifier = String::new();
    for c in name.replace("::", "_").chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '_' => identifier.push(c),
            '0'..='9' if !identifier.is_empty() => identifier.push(c),
            '0'..='9' => identifier.extend(['_', c]),
            _ => identifier += &format!("u{:x}", u32::from(c)),
        }
    }
    // These names are reserved, too.
    if RESERVED.split(' ').any(|word| word == identifier) || identifier.starts_with("__") {
        identifier.push('_');
    }
    identifier
}

/// Returns text that ends no comment and no line.
pub(super) fn comment(text: &str) -> String {
    crate::output::escaped(text).replace("*/", "* /").replace("/*", "/ *")
}

/// Returns a string literal of C.
pub(super) fn literal(text: &str) -> String {
    let mut literal = "\"".to_owned();
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' | 0..=31 | 127.. => literal += &format!("\\{byte:03o}"),
            _ => literal.push(char::from(byte)),
        }
    }
    literal + "\""
}

/// The names of one struct, parameter list or file, all of them different.
pub(super) struct Scope(HashSet<String>);

impl Scope {
    /// Creates a scope in which these names are taken.
    pub(super) fn new(taken: &[&str]) -> Self {
        Scope(taken.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Adds and returns a free name that is close to this one.
    pub(super) fn add(&mut self, name: &str) -> String {
        let mut name = identifier(if name.is_empty() { "_" } else { name });
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_one_of_c() {
        for (name, expected) in [
            ("greet", "greet"),
            ("int", "int_"),
            ("unix", "unix_"),
            ("größe", "gruf6udfe"),
            ("0", "_0"),
            ("a::B", "a_B"),
            ("__x", "__x_"),
        ] {
            assert_eq!(identifier(name), expected);
        }
        let mut scope = Scope::new(&["instance"]);
        let names = ["instance", "int", "int_", "int", "_", ""].map(|name| scope.add(name));
        assert_eq!(names, ["instance_", "int_", "int__", "int___", "_", "__"]);
    }

    #[test]
    fn no_text_ends_its_comment_or_literal() {
        assert_eq!(comment("a*/b\n"), "a* /b\\n");
        assert_eq!(literal("a\"\\\n??é"), "\"a\\042\\134\\012\\077\\077\\303\\251\"");
    }
}
