//! `Display` and `Error` of instances, for interfaces with these supertraits.

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

/// Returns the texts of the causes of `error`.
pub fn error_causes<T: Error + ?Sized>(error: &T) -> Vec<String> {
    error.source().map(causes_of).unwrap_or_default()
}

impl<I: Interface<Copies = Copies> + ?Sized> Object<I> {
    /// Returns the cause with these texts, or `None` without any. The copies have one
    /// error of each distinct list.
    pub fn cause(&self, texts: Vec<String>) -> Option<&(dyn Error + 'static)> {
        let mut content = Vec::new();
        for text in &texts {
            content.extend(text.len().to_ne_bytes());
            content.extend(text.as_bytes());
        }
        let error = error_of(texts)?;
        Some(&**self.copies.value(content.into(), Box::new(error)))
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
    fn an_error_of_a_display_is_no_text() {
        assert_eq!(fmt_display(&Failing, false), Err(fmt::Error));
    }
}
