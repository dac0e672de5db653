use std::net::Ipv4Addr;

use plugin_interface::{FfiSafe, plugin_interface};

mod address {
    use std::net::Ipv4Addr;

    use plugin_interface::boundary::LiftError;

    pub fn lower(address: Ipv4Addr) -> u32 {
        address.into()
    }

    pub fn lift(number: u32) -> Result<Ipv4Addr, LiftError> {
        Ok(number.into())
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
