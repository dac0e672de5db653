//! Facts about platforms.

pub(crate) mod exit_status;
pub(crate) mod machine;
pub(crate) mod parent_death;
pub(crate) mod user;
