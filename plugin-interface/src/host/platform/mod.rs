//! Facts about platforms.

pub(crate) mod parent_death;
