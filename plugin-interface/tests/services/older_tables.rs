//! A host whose table of services ends before that of its plugin.

#[path = "../bodies/raw_host.rs"]
mod raw_host;

use core::mem::offset_of;
use core::ptr;

use plugin_interface::abi::{HostServices, RawContext};
use raw_host::{NEWER, NEWER_CONTEXT, RawHost, context};

#[test]
fn an_older_host_connects_and_a_plugin_that_asks_it_is_told_the_reason() {
    for (host, of) in [
        (offset_of!(HostServices, services), RawContext::FIRST_SIZE),
        (offset_of!(HostServices, traces), size_of::<RawContext>()),
        (NEWER, NEWER_CONTEXT),
    ] {
        let directory = super::directory();
        let file = directory.path().join(super::library().file_name().unwrap());
        let message = RawHost::connect(&file, host, ptr::null()).make("Strict", context(of));
        assert_eq!(
            message,
            "no service services::Site (version 1.1): the plugin was created without a host that \
             offers services"
        );
    }
}
