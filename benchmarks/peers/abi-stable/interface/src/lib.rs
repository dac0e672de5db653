//! A root module and a trait object, as in `abi_stable`'s documentation.
#![expect(
    non_camel_case_types,
    non_local_definitions,
    reason = "named and expanded as abi_stable does"
)]

use abi_stable::library::RootModule;
use abi_stable::sabi_types::{RRef, VersionStrings};
use abi_stable::std_types::{RBox, RResult, RSlice, RSliceMut, RStr, RString, RVec};
use abi_stable::{StableAbi, declare_root_module_statics, package_version_strings, sabi_trait};

/// What a host offers.
#[sabi_trait]
pub trait Host: Send + Sync {
    #[sabi(last_prefix_field)]
    fn answer(&self, question: u64) -> u64;
}

/// A host that is borrowed for a call.
pub type HostRef<'a> = Host_TO<'a, RRef<'a, ()>>;

#[sabi_trait]
pub trait Calls: Send + Sync {
    fn add(&self, a: u64, b: u64) -> u64;
    fn sum(&self, values: RSlice<'_, u64>) -> u64;
    fn len(&self, text: RStr<'_>) -> usize;
    fn greet(&self, target: RStr<'_>) -> RString;
    fn bytes(&self, value: u8) -> RVec<u8>;
    fn fill(&self, page: RSliceMut<'_, u8>, value: u8);
    fn ask(&self, host: HostRef<'_>, question: u64) -> u64;
    #[sabi(last_prefix_field)]
    fn halve(&self, value: u64) -> RResult<u64, RString>;
}

pub type CallsBox = Calls_TO<'static, RBox<()>>;

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = Plugin_Ref)))]
#[sabi(missing_field(panic))]
pub struct Plugin {
    #[sabi(last_prefix_field)]
    pub make: extern "C" fn() -> CallsBox,
}

impl RootModule for Plugin_Ref {
    declare_root_module_statics! {Plugin_Ref}

    const BASE_NAME: &'static str = "abi_stable_plugin";
    const NAME: &'static str = "abi_stable_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}
