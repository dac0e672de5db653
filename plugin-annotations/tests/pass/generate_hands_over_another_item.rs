#![forbid(unsafe_code)]

use plugin_interface::FfiSafe;

mod shim {
    macro_rules! __generate {
        ($unsafely:tt derive {} { $($item:tt)* }) => {
            ::plugin_interface::__generate! { $unsafely derive {} { $($item)* } }
        };
    }
    pub(crate) use __generate;
}

#[derive(Clone, Copy, FfiSafe)]
#[ffi(crate = self::shim)]
#[repr(C)]
pub struct Pair {
    pub small: u8,
    pub big: u32,
}

fn main() {}
