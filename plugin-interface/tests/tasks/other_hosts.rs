//! A plugin that spawns tasks, in a host that is older or newer than it is.

#[path = "../bodies/raw_host.rs"]
mod raw_host;

use core::mem::offset_of;
use core::ptr;

use super::build::Build;
use plugin_interface::abi::{HostServices, RawContext};
use raw_host::{NEWER, NEWER_CONTEXT, RawHost, context};

#[test]
fn a_host_that_lends_no_executor_is_named_whatever_it_knows() {
    for (host, of) in [
        (offset_of!(HostServices, logs), RawContext::FIRST_SIZE),
        (offset_of!(HostServices, services), offset_of!(RawContext, tasks)),
        (size_of::<HostServices>(), size_of::<RawContext>()),
        (NEWER, NEWER_CONTEXT),
    ] {
        let build = Build::of("tasked");
        let message = RawHost::connect(&build.file(), host, ptr::null(), ptr::null())
            .make("Worker", context(of));
        assert!(message.starts_with("this host runs no tasks of plugins; "), "{message}");
    }
}
