//! What a library was built from: its crates, and what is known against them.

pub(crate) mod advisories;
pub(crate) mod bill_of_materials;
pub(crate) mod crates;
