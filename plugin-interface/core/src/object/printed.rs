//! `Display` and `Error` of instances, for interfaces with these supertraits.

use core::cell::Cell;
use core::error::Error;
use core::fmt::{self, Display, Write};

use crate::boundary::{Copies, causes_of, error_of};
use crate::interface::Interface;
use crate::object::Object;

/// Returns the text that `value` writes for `{}`, or for `{:#}`.
pub fn fmt_display<T: Display + ?Sized>(value: &T, alternate: bool) -> Result<String, fmt::Error> {
    let mut text = String::new();
    match alternate {
        true => write!(text, "{value:#}"),
        false => write!(text, "{value}"),
    }?;
    Ok(text)
}

/// Returns the text that `write` writes to a formatter.
pub fn format_text(
    alternate: bool,
    write: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> Result<String, fmt::Error> {
    struct Once<F>(Cell<Option<F>>);

    impl<F: FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result> Display for Once<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.take().map_or(Err(fmt::Error), |write| write(f))
        }
    }

    fmt_display(&Once(Cell::new(Some(write))), alternate)
}

/// Writes a text that a method returned in place of writing it.
pub fn write_text(f: &mut fmt::Formatter<'_>, text: Result<String, fmt::Error>) -> fmt::Result {
    f.write_str(&text?)
}

/// Returns the texts of the causes of `error`.
pub fn error_causes<T: Error + ?Sized>(error: &T) -> Vec<String> {
    error.source().map(causes_of).unwrap_or_default()
}

impl<I: Interface<Copies = Copies> + ?Sized> Object<I> {
    /// Returns the cause with these texts, or `None` without any. The copies have one
    /// error of each distinct list. `None` also where they have no room for it.
    pub fn cause(&self, texts: Vec<String>) -> Option<&(dyn Error + 'static)> {
        let mut content = Vec::new();
        for text in &texts {
            content.extend(text.len().to_ne_bytes());
            content.extend(text.as_bytes());
        }
        let error = error_of(texts)?;
        let kept = self.copies.value(content.into(), Box::new(error)).ok()?;
        Some(&**kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing;

    impl Display for Failing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }

    #[test]
    fn a_method_writes_to_a_formatter_once() {
        let write = |f: &mut fmt::Formatter<'_>| write!(f, "{} text", f.alternate());
        assert_eq!(format_text(true, write), Ok("true text".to_owned()));
        assert_eq!(format_text(false, |_| Err(fmt::Error)), Err(fmt::Error));
    }

    #[test]
    fn an_error_of_a_display_is_no_text() {
        assert_eq!(fmt_display(&Failing, false), Err(fmt::Error));
    }
}
