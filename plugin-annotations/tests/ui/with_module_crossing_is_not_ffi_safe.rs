use std::net::Ipv4Addr;

use plugin_interface::{FfiSafe, plugin_interface};

mod address {
    use std::net::Ipv4Addr;

    use plugin_interface::boundary::LiftError;

    pub type Crossing = Ipv4Addr;

    pub fn lower(address: Ipv4Addr) -> Crossing {
        address
    }

    pub fn lift(number: Crossing) -> Result<Ipv4Addr, LiftError> {
        Ok(number)
    }
}

#[derive(FfiSafe)]
pub struct Server {
    #[ffi(with = address)]
    pub at: Ipv4Addr,
}

#[plugin_interface]
pub trait Resolver: Send + Sync {
    #[ffi(with = address)]
    fn next(&self, #[ffi(with = address)] after: Ipv4Addr) -> Ipv4Addr;
}

fn main() {}
