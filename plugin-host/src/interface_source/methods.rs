//! The methods that are written.

/// The methods that a plugin implements.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Methods {
    /// Those without a body in the trait.
    Required,
    All,
}
