//! Tests of a host that declares the system's allocator, as some plugins do.
#![expect(unsafe_code, reason = "lifts values")]

use std::collections::VecDeque;
use std::path::PathBuf;

use fixture_interface::everything::{Everything, reflect};
use plugin_interface::boundary::Origin;
use plugin_interface::{FfiSafe, Greeter, PluginManager};

#[allow(dead_code, reason = "other tests use more of it")]
#[path = "it/builds.rs"]
mod builds;

use builds::built;

plugin_interface::system_allocator!();

/// Returns `true` if the text of a plugin is still at the address that the
/// plugin wrote into it.
fn is_in_place(greeter: &dyn Greeter) -> bool {
    let text = greeter.greet("");
    text == text.as_ptr().addr().to_string()
}

#[test]
fn a_string_is_passed_without_a_copy_if_both_share_malloc() {
    let library = &built()["shared_malloc"];
    let handles = PluginManager::new().load_library(library).unwrap();
    let greeter = handles.iter().find_map(|handle| handle.as_greeter()).unwrap();
    for _ in 0..100 {
        assert!(is_in_place(&greeter));
    }
    // The host owns it now: it may grow, and outlives the plugin.
    let mut text = greeter.greet("");
    drop(greeter);
    for handle in handles {
        handle.close().unwrap();
    }
    text.push_str(&"!".repeat(10_000));
    assert!(text.ends_with('!'));
}

#[test]
fn without_a_declaration_values_are_copied_and_the_plugin_frees_its_own() {
    let library = &built()["healthy"];
    let handles = PluginManager::new().load_library(library).unwrap();
    let greeter = handles.iter().find_map(|handle| handle.as_greeter()).unwrap();
    for _ in 0..1000 {
        assert_eq!(greeter.greet("x").len(), 3);
    }
}

/// Returns `true` if a value keeps its address: a copy would be allocated
/// before the original is freed.
fn stays<T: FfiSafe<At<'static> = T>>(value: T, address: fn(&T) -> *const u8) -> bool {
    let before = address(&value);
    // SAFETY: lowered here, and nothing is borrowed.
    let lifted = unsafe { T::lift(value.lower(), Origin::Rust) }.unwrap();
    address(&lifted) == before
}

#[test]
fn plain_data_keeps_its_address_if_both_share_malloc() {
    let handles = PluginManager::new().load_library(&built()["shared_malloc"]).unwrap();
    assert!(stays::<Box<u64>>(Box::new(7), |boxed| (&raw const **boxed).cast()));
    assert!(stays::<Box<[i32]>>(Box::new([1, 2]), |slice| slice.as_ptr().cast()));
    assert!(stays::<Box<str>>("text".into(), |text| text.as_ptr()));
    assert!(stays::<Vec<[u8; 3]>>(vec![[1; 3]; 9], |vector| vector.as_ptr().cast()));
    assert!(stays::<VecDeque<u8>>([1, 2].into(), |queue| queue.as_slices().0.as_ptr()));
    assert!(stays::<PathBuf>("a/b".into(), |path| path.as_os_str().as_encoded_bytes().as_ptr()));
    let mirror = handles.iter().find_map(|handle| handle.proxy::<dyn Everything>().ok()).unwrap();
    reflect(&mirror);
}
