//! Addresses of networks: octets, with numbers beside them.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

converts_via! {
    impl [] Ipv4Addr,
    via: [u8; 4], at 'a: Ipv4Addr,
    shape: Shape::Named("Ipv4Addr"),
    lower: address => address.octets(),
    lift: octets => Ok(Ipv4Addr::from(octets)),
}

converts_via! {
    impl [] Ipv6Addr,
    via: [u8; 16], at 'a: Ipv6Addr,
    shape: Shape::Named("Ipv6Addr"),
    lower: address => address.octets(),
    lift: octets => Ok(Ipv6Addr::from(octets)),
}

// The version, 4 or 6, and the octets, of which version 4 has the first four.
converts_via! {
    impl [] IpAddr,
    via: (u8, [u8; 16]), at 'a: IpAddr,
    shape: Shape::Named("IpAddr"),
    lower: address => match address {
        IpAddr::V4(address) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&address.octets());
            (4, octets)
        }
        IpAddr::V6(address) => (6, address.octets()),
    },
    lift: (version, octets) => match version {
        4 => Ok(IpAddr::from([octets[0], octets[1], octets[2], octets[3]])),
        6 => Ok(IpAddr::from(octets)),
        other => Err(LiftError::IpVersion(other)),
    },
}

converts_via! {
    impl [] SocketAddrV4,
    via: (Ipv4Addr, u16), at 'a: SocketAddrV4,
    shape: Shape::Named("SocketAddrV4"),
    lower: address => (*address.ip(), address.port()),
    lift: (address, port) => Ok(SocketAddrV4::new(address, port)),
}

converts_via! {
    impl [] SocketAddrV6,
    via: (Ipv6Addr, u16, u32, u32), at 'a: SocketAddrV6,
    shape: Shape::Named("SocketAddrV6"),
    lower: address => (*address.ip(), address.port(), address.flowinfo(), address.scope_id()),
    lift: (address, port, flow, scope) => Ok(SocketAddrV6::new(address, port, flow, scope)),
}

// Flow and scope are 0 for version 4.
converts_via! {
    impl [] SocketAddr,
    via: (IpAddr, u16, u32, u32), at 'a: SocketAddr,
    shape: Shape::Named("SocketAddr"),
    lower: address => match address {
        SocketAddr::V4(address) => (IpAddr::V4(*address.ip()), address.port(), 0, 0),
        SocketAddr::V6(address) => {
            (IpAddr::V6(*address.ip()), address.port(), address.flowinfo(), address.scope_id())
        }
    },
    lift: (address, port, flow, scope) => Ok(match address {
        IpAddr::V4(address) => SocketAddrV4::new(address, port).into(),
        IpAddr::V6(address) => SocketAddrV6::new(address, port, flow, scope).into(),
    }),
}
