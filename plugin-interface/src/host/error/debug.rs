//! The `Debug` form of errors.

/// Implements `Debug` as the message and its causes: `main` prints the `Debug`
/// form of an error that it returns.
macro_rules! debug_as_message {
    ($($error:ty)*) => {$(
        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)?;
                let mut cause = self.source();
                while let Some(error) = cause {
                    write!(f, ": {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
        }
    )*};
}

pub(crate) use debug_as_message;
