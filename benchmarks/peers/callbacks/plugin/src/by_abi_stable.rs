//! As `abi_stable`'s documentation shows.

use std::sync::OnceLock;

use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::{export_root_module, sabi_extern_fn};
use callbacks_interface::by_abi_stable::{
    Asks, Asks_TO, AsksBox, HostArc, HostBox, HostRef, Plugin, Plugin_Ref,
};

use crate::ask;

#[derive(Default)]
struct Asker {
    boxed: OnceLock<HostBox>,
    shared: OnceLock<HostArc>,
}

impl Asks for Asker {
    fn lent(&self, host: HostRef<'_>, times: u64) -> u64 {
        ask(times, |question| host.answer(question))
    }

    fn keep_box(&self, host: HostBox) {
        let _ = self.boxed.set(host);
    }

    fn boxed(&self, times: u64) -> u64 {
        let host = self.boxed.wait();
        ask(times, |question| host.answer(question))
    }

    fn keep_arc(&self, host: HostArc) {
        let _ = self.shared.set(host);
    }

    fn shared(&self, times: u64) -> u64 {
        let host = self.shared.wait();
        ask(times, |question| host.answer(question))
    }
}

#[sabi_extern_fn]
fn make() -> AsksBox {
    Asks_TO::from_value(Asker::default(), TD_Opaque)
}

#[export_root_module]
pub fn plugin() -> Plugin_Ref {
    Plugin { make }.leak_into_prefix()
}
