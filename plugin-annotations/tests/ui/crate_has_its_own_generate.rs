#![forbid(unsafe_code)]

use plugin_interface::{Greeter, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

mod shim {
    pub use plugin_interface::{Interface, PluginContext, abi};

    pub mod __private {
        use std::ffi::c_void;

        use plugin_interface::abi::{Failure, RawBuffer, RawState};

        pub use plugin_interface::__private::{
            Counter, MadeByDefault, PackageDescription, Plugin, String, abilities,
            abilities_record, abilities_record_len, bytes_of, core, factory, inventory, joined,
            joined_len, keep, maker, package_record, package_record_len, registration_record,
            registration_record_len, unmaker,
        };

        extern "C" fn save(_: *const c_void, _: *mut RawBuffer) -> *mut Failure {
            std::ptr::without_provenance_mut(8)
        }

        pub const fn state<P: Plugin>() -> RawState {
            RawState { version: 1, save: Some(save), restore: None }
        }
    }

    macro_rules! __generate {
        ($($request:tt)*) => {
            ::plugin_interface::__private::generate! { unsafe crate::shim $($request)* }
        };
    }
    pub(crate) use __generate;
}

#[derive(Default)]
struct Polite;

#[plugin_impl(Greeter, state, crate = crate::shim)]
impl Greeter for Polite {
    fn name(&self) -> &str {
        "polite"
    }

    fn greet(&self, _: &str) -> String {
        String::new()
    }
}

fn main() {}
