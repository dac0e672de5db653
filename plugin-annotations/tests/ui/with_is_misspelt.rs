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

type Fallible<T> = Result<T, String>;

#[derive(FfiSafe)]
pub struct Server {
    #[ffi(width = address)]
    pub at: Ipv4Addr,
    #[ffi(with = address, with = address)]
    pub then: Ipv4Addr,
    #[ffi()]
    pub last: Ipv4Addr,
    #[ffi(with = "address")]
    pub quoted: Ipv4Addr,
    #[ffi(with = Option<_>)]
    pub unnamed: Option<Ipv4Addr>,
    #[ffi(with = Rc<address>)]
    pub counted: std::rc::Rc<Ipv4Addr>,
    #[ffi(with = Result<address>)]
    pub short: Result<Ipv4Addr, String>,
    #[ffi(with = Result<address, _>)]
    pub hidden: Fallible<Ipv4Addr>,
}

#[plugin_interface]
pub trait Resolver: Send + Sync {
    #[ffi(as = address)]
    fn next(&self, #[ffi(with(address))] after: Ipv4Addr) -> Ipv4Addr;
}

fn main() {}
