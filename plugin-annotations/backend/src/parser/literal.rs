//! The values of literals, as the compiler reads them.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;

/// A string in quotes: `"text"`, `r#"text"#`.
#[derive(Clone)]
pub struct LitStr {
    literal: Literal,
    value: String,
}

impl LitStr {
    pub(super) fn of(literal: Literal) -> Option<LitStr> {
        let value = text(&literal.to_string())?;
        Some(LitStr { literal, value })
    }

    /// The text that it stands for.
    pub fn value(&self) -> String {
        self.value.clone()
    }

    pub fn span(&self) -> Span {
        self.literal.span()
    }
}

impl ToTokens for LitStr {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.literal.to_tokens(tokens);
    }
}

/// The text of a string as it is written, with its quotes. Other literals, and
/// strings with a suffix, are `None`.
fn text(written: &str) -> Option<String> {
    if let Some(raw) = written.strip_prefix('r') {
        let inner = raw.trim_matches('#');
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.replace("\r\n", "\n"));
    }
    let mut value = String::new();
    let mut rest = written.strip_prefix('"')?.strip_suffix('"')?.chars();
    while let Some(char) = rest.next() {
        value.push(match char {
            '\r' => continue,
            '\\' => match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'x' => code(&[rest.next()?, rest.next()?])?,
                'u' => {
                    let digits: Vec<char> =
                        rest.by_ref().skip(1).take_while(|char| *char != '}').collect();
                    code(&digits)?
                }
                // The line goes on behind the spaces of the next one.
                '\n' | '\r' => {
                    let behind = rest.as_str().trim_start_matches([' ', '\t', '\n', '\r']);
                    rest = behind.chars();
                    continue;
                }
                other => other,
            },
            other => other,
        });
    }
    Some(value)
}

/// The character with that number, in digits of base 16 with `_` between them.
fn code(digits: &[char]) -> Option<char> {
    let digits: String = digits.iter().filter(|char| **char != '_').collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

/// The number that a literal stands for, as digits of base 10 without its suffix, and
/// whether it is a floating-point number.
pub fn number(literal: &Literal) -> Option<(String, bool)> {
    let written = literal.to_string().replace('_', "");
    if !written.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = written.strip_prefix(prefix) {
            let end = match base {
                16 => digits.find(|char: char| !char.is_ascii_hexdigit()),
                _ => digits.find(|char: char| !char.is_ascii_digit()),
            };
            let digits = &digits[..end.unwrap_or(digits.len())];
            return Some((u128::from_str_radix(digits, base).ok()?.to_string(), false));
        }
    }
    let is_float = written.contains('.')
        || written.ends_with("f32")
        || written.ends_with("f64")
        || has_exponent(&written);
    let suffix = written.char_indices().find(|(at, char)| {
        let is_exponent = matches!(char, 'e' | 'E') && has_exponent(&written[*at - 1..]);
        char.is_alphabetic() && !is_exponent
    });
    let digits = &written[..suffix.map_or(written.len(), |(at, _)| at)];
    match is_float {
        true => Some((digits.replace('E', "e").replace("e+", "e"), true)),
        // Without zeros in front.
        false => Some((digits.parse::<u128>().ok()?.to_string(), false)),
    }
}

/// Returns `true` for digits with an exponent behind them: `1e5`, but not `1else`.
fn has_exponent(written: &str) -> bool {
    let Some((_, exponent)) = written.split_once(['e', 'E']) else { return false };
    exponent.trim_start_matches(['+', '-']).starts_with(|first: char| first.is_ascii_digit())
}
