use std::alloc::Layout;

use plugin_interface::{FfiSafe, plugin_interface};

mod address {
    use std::alloc::Layout;

    use plugin_interface::boundary::LiftError;

    pub type Crossing = Layout;

    pub fn lower(address: Layout) -> Crossing {
        address
    }

    pub fn lift(number: Crossing) -> Result<Layout, LiftError> {
        Ok(number)
    }
}

#[derive(FfiSafe)]
pub struct Server {
    #[ffi(with = address)]
    pub at: Layout,
}

#[plugin_interface]
pub trait Resolver: Send + Sync {
    #[ffi(with = address)]
    fn next(&self, #[ffi(with = address)] after: Layout) -> Layout;
}

fn main() {}
