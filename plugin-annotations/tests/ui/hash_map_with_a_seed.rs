use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher};

use plugin_interface::plugin_interface;

pub struct Seeded(u64);

impl BuildHasher for Seeded {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

#[plugin_interface]
pub trait Tool {
    fn count(&self, tables: Vec<HashMap<String, u64, Seeded>>) -> u64;
}

fn main() {}
