//! Who may hold an instance, how often, and on which thread.
#![allow(dead_code, reason = "of two constants of one name one is always hidden")]

use std::thread;

use fixture_interface::{
    Echo, EchoProxy, Local, LocalProxy, Movable, MovableProxy, Tally, TallyProxy,
};
use plugin_interface::{
    Greeter, GreeterProxy, PluginHandle, PluginManager, PluginTrait, ProxyError,
};

use crate::fixtures::Directory;

/// Whether a type is `Send` and `Sync`, decided by the compiler: of the two
/// constants of a name one is always hidden.
macro_rules! markers {
    ($ty:ty) => {{
        struct Probe<T>(std::marker::PhantomData<T>);
        impl<T: Send> Probe<T> {
            const SEND: bool = true;
        }
        impl<T: Sync> Probe<T> {
            const SYNC: bool = true;
        }
        trait Otherwise {
            const SEND: bool = false;
            const SYNC: bool = false;
        }
        impl<T> Otherwise for Probe<T> {}
        (<Probe<$ty>>::SEND, <Probe<$ty>>::SYNC)
    }};
}

#[test]
fn proxies_are_send_and_sync_exactly_as_the_interface_says() {
    assert_eq!(markers!(GreeterProxy), (true, true));
    assert_eq!(markers!(EchoProxy), (true, true));
    assert_eq!(markers!(TallyProxy), (true, false));
    assert_eq!(markers!(MovableProxy), (true, false));
    assert_eq!(markers!(LocalProxy), (false, false));
}

#[test]
fn handles_and_managers_stay_on_their_thread() {
    assert_eq!(markers!(PluginHandle), (false, false));
    assert_eq!(markers!(PluginManager), (false, false));
}

fn handle(directory: &Directory, interface: PluginTrait) -> PluginHandle {
    PluginManager::new().load_plugins(directory.path(), interface).unwrap().remove(0)
}

#[test]
fn an_interface_with_mut_self_gives_one_proxy_at_a_time() {
    let directory = Directory::of(&["healthy"]);
    let handle = handle(&directory, PluginTrait::of::<dyn Tally>());
    let mut first = handle.proxy::<dyn Tally>().unwrap();
    first.add(3);
    let refused = handle.proxy::<dyn Tally>().unwrap_err();
    assert_eq!(refused, ProxyError::Taken { name: "Sum".to_owned() });
    drop(first);
    assert_eq!(handle.proxy::<dyn Tally>().unwrap().total(), 3, "the same instance");
}

#[test]
fn an_interface_that_is_send_and_not_sync_gives_one_proxy_at_a_time() {
    let directory = Directory::of(&["healthy"]);
    let handle = handle(&directory, PluginTrait::of::<dyn Movable>());
    let first = handle.proxy::<dyn Movable>().unwrap();
    assert!(matches!(handle.proxy::<dyn Movable>(), Err(ProxyError::Taken { .. })));
    thread::spawn(move || assert_eq!(first.count(), 1)).join().unwrap();
    assert_eq!(handle.proxy::<dyn Movable>().unwrap().count(), 2);
}

#[test]
fn an_interface_that_stays_on_its_thread_may_be_shared_there() {
    let directory = Directory::of(&["healthy"]);
    let handle = handle(&directory, PluginTrait::of::<dyn Local>());
    let (first, second) =
        (handle.proxy::<dyn Local>().unwrap(), handle.proxy::<dyn Local>().unwrap());
    assert_eq!((first.count(), second.count()), (1, 2));
}

#[test]
fn a_sync_interface_is_called_from_many_threads() {
    let directory = Directory::of(&["healthy"]);
    let handle = handle(&directory, PluginTrait::of::<dyn Echo>());
    let (shared, own) = (handle.proxy::<dyn Echo>().unwrap(), handle.proxy::<dyn Echo>().unwrap());
    thread::scope(|scope| {
        for start in 0..4 {
            let shared = &shared;
            scope.spawn(move || {
                for i in 0..1000 {
                    let text = format!("{start} {i}");
                    assert_eq!(shared.string(text.clone()), text);
                }
            });
        }
        scope.spawn(move || assert_eq!(own.u64(5), 5));
    });
}

#[test]
fn a_proxy_of_another_interface_is_refused_by_name() {
    let directory = Directory::of(&["healthy"]);
    let handle = handle(&directory, PluginTrait::of::<dyn Tally>());
    let refused = handle.proxy::<dyn Greeter>().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Sum implements fixture_interface::Tally, not plugin_interface::greeter::Greeter"
    );
    assert!(handle.as_greeter().is_none());
}
