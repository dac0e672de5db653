use std::net::Ipv4Addr;

use plugin_interface::{FfiSafe, plugin_interface};

mod address {
    use std::net::Ipv4Addr;

    use plugin_interface::boundary::LiftError;

    pub type Crossing = u32;

    pub fn lower(address: Ipv4Addr) -> Crossing {
        address.into()
    }

    pub fn lift(number: Crossing) -> Result<Ipv4Addr, LiftError> {
        Ok(number.into())
    }
}

#[derive(FfiSafe)]
pub struct Server {
    #[ffi(with = address)]
    pub at: Ipv4Addr,
    #[ffi(with = Option<Box<address>>)]
    pub named: Option<Box<Ipv4Addr>>,
    #[ffi(with = std::result::Result<address, _>)]
    pub shown: Result<Ipv4Addr, String>,
}

#[plugin_interface]
pub trait Resolver: Send + Sync {
    #[ffi(with = address)]
    fn next(&self, #[ffi(with = address)] after: Ipv4Addr) -> Ipv4Addr;
}

fn main() {}
