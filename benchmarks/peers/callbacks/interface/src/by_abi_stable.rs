//! The objects of `abi_stable`.
#![expect(
    non_camel_case_types,
    non_local_definitions,
    reason = "named and expanded as abi_stable does"
)]

use abi_stable::library::RootModule;
use abi_stable::sabi_types::{RRef, VersionStrings};
use abi_stable::std_types::{RArc, RBox};
use abi_stable::{StableAbi, declare_root_module_statics, package_version_strings, sabi_trait};

/// What a host offers.
#[sabi_trait]
pub trait Host: Send + Sync {
    #[sabi(last_prefix_field)]
    fn answer(&self, question: u64) -> u64;
}

pub type HostRef<'a> = Host_TO<'a, RRef<'a, ()>>;
pub type HostBox = Host_TO<'static, RBox<()>>;
pub type HostArc = Host_TO<'static, RArc<()>>;

#[sabi_trait]
pub trait Asks: Send + Sync {
    fn lent(&self, host: HostRef<'_>, times: u64) -> u64;
    fn keep_box(&self, host: HostBox);
    fn boxed(&self, times: u64) -> u64;
    fn keep_arc(&self, host: HostArc);
    #[sabi(last_prefix_field)]
    fn shared(&self, times: u64) -> u64;
}

pub type AsksBox = Asks_TO<'static, RBox<()>>;

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = Plugin_Ref)))]
#[sabi(missing_field(panic))]
pub struct Plugin {
    #[sabi(last_prefix_field)]
    pub make: extern "C" fn() -> AsksBox,
}

impl RootModule for Plugin_Ref {
    declare_root_module_statics! {Plugin_Ref}

    const BASE_NAME: &'static str = "callbacks_plugin";
    const NAME: &'static str = "callbacks_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
