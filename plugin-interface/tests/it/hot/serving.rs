//! Handles follow reloads, and calls in flight finish where they began.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use plugin_interface::{
    HotError, HotEvent, HotFunctions, HotLibrary, HotOptions, HotReload, UnloadOutcome,
    hot_functions,
};

use super::sources::{FIRST, Number, SECOND, Sources, number};
use crate::deadline::{until, within};
use crate::ends_with_test::EndsWithTest;

#[test]
fn a_function_changes_and_another_appears_without_restart() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo", "bar"]).unwrap();
    let [foo, bar] = ["foo", "bar"].map(|name| library.function::<Number>(name).unwrap());
    assert_eq!((number(&foo), number(&bar)), (Some(4), None));
    assert_eq!(bar.get().unwrap_err().to_string(), "bar() is not defined");
    sources.build(SECOND);
    let expected =
        HotReload::Reloaded { generation: 2, appeared: vec!["bar".to_owned()], vanished: vec![] };
    assert_eq!(library.check_and_reload().unwrap(), expected);
    assert_eq!((number(&foo), number(&bar)), (Some(5), Some(10)));
    sources.build("int bar(void) { return 11; }");
    let HotReload::Reloaded { generation: 3, appeared, vanished } =
        library.check_and_reload().unwrap()
    else {
        panic!("it changed");
    };
    assert_eq!((appeared, vanished), (vec![], vec!["foo".to_owned()]));
    assert_eq!((number(&foo), number(&bar)), (None, Some(11)));
    assert_eq!(library.generation(), 3);
}

#[test]
fn a_function_of_a_library_that_it_links_is_not_its_own() {
    let sources = Sources::of("#include <stdlib.h>\nint foo(void) { return rand(); }");
    let library = HotLibrary::open(sources.library(), &["foo", "abs", "rand"]).unwrap();
    assert_eq!(library.version().defined().collect::<Vec<_>>(), ["foo"]);
}

#[test]
fn several_libraries_are_reloaded_one_by_one() {
    let sources = Sources::new();
    let open = |name: &str| {
        let path = sources.build_as(name, FIRST);
        let library = HotLibrary::open(path, &["foo"]).unwrap();
        let foo = library.function::<Number>("foo").unwrap();
        (library, foo)
    };
    let (first, second) = (open("libfirst.so"), open("libsecond.so"));
    sources.build_as("libsecond.so", SECOND);
    assert_eq!(first.0.check_and_reload().unwrap(), HotReload::Unchanged);
    assert!(matches!(second.0.check_and_reload().unwrap(), HotReload::Reloaded { .. }));
    assert_eq!((number(&first.1), number(&second.1)), (Some(4), Some(5)));
    assert_eq!(first.0.unload().unwrap(), UnloadOutcome::Unmapped);
    assert_eq!((number(&first.1), number(&second.1)), (None, Some(5)));
    assert!(matches!(first.0.unload(), Err(HotError::Unloaded { .. })));
    assert!(matches!(first.0.check_and_reload(), Err(HotError::Unloaded { .. })));
}

/// Waits in the library until the host says to go on.
const WAITING: &str = "
    #include <stdatomic.h>
    #include <sched.h>
    int foo(atomic_int *entered, atomic_int *leave) {
        atomic_store(entered, 1);
        while (!atomic_load(leave)) sched_yield();
        return 4;
    }";

type Waiting = unsafe extern "C" fn(*const AtomicFlag, *const AtomicFlag) -> c_int;
type AtomicFlag = std::sync::atomic::AtomicI32;

#[test]
fn a_call_in_flight_finishes_in_the_old_code_which_then_is_unmapped() {
    let sources = Sources::of(WAITING);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Waiting>("foo").unwrap();
    let (sender, events) = channel();
    library.on_reload(move |event| {
        // Nobody listens at the end of the test.
        let _ = sender.send((event.clone(), thread::current().id()));
    });
    let [entered, leave] = [AtomicFlag::new(0), AtomicFlag::new(0)];
    thread::scope(|scope| {
        let call = || {
            let foo = foo.get().unwrap();
            // SAFETY: this is its signature, and the flags are alive.
            unsafe { foo(&entered, &leave) }
        };
        let call = scope.spawn(call);
        until("the call begins", || entered.load(Ordering::SeqCst) != 0);
        sources.build("int foo(void *entered, void *leave) { return 5; }");
        assert!(matches!(library.check_and_reload(), Ok(HotReload::Reloaded { .. })));
        // SAFETY: as above.
        assert_eq!(unsafe { foo.get().unwrap()(&entered, &leave) }, 5);
        assert!(matches!(
            within("an event", || events.recv()).unwrap().0,
            HotEvent::Reloaded { generation: 2, .. }
        ));
        let nothing = events.recv_timeout(Duration::from_millis(30));
        assert!(nothing.is_err(), "{nothing:?} while the call is in flight");
        leave.store(1, Ordering::SeqCst);
        assert_eq!(within("the call ends", || call.join()).unwrap(), 4);
    });
    let (event, closed_by) = events.recv_timeout(Duration::from_secs(20)).unwrap();
    let outcome = UnloadOutcome::Unmapped;
    assert_eq!(event, HotEvent::Unloaded { generation: 1, outcome });
    assert_ne!(closed_by, thread::current().id());
}

#[test]
fn unloading_waits_for_calls_and_says_what_keeps_the_library() {
    let sources = Sources::of(WAITING);
    let options = HotOptions::new().deadline(Duration::from_millis(20));
    let library = options.open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Waiting>("foo").unwrap();
    let [entered, leave] = [AtomicFlag::new(0), AtomicFlag::new(0)];
    let (sender, events) = channel();
    library.on_reload(move |event| sender.send(event.clone()).unwrap());
    thread::scope(|scope| {
        // SAFETY: this is its signature, and the flags are alive.
        scope.spawn(|| unsafe { foo.get().unwrap()(&entered, &leave) });
        until("the call begins", || entered.load(Ordering::SeqCst) != 0);
        let UnloadOutcome::Pinned { reasons, .. } = library.unload().unwrap() else {
            panic!("it is in use");
        };
        assert_eq!(reasons, ["it is in use by 1 calls or guards"]);
        assert!(foo.get().is_err());
        leave.store(1, Ordering::SeqCst);
    });
    let event = events.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(event, HotEvent::Unloaded { generation: 1, outcome: UnloadOutcome::Unmapped });
}

#[test]
fn a_listener_that_panics_harms_nobody_else() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let (sender, events) = channel();
    library.on_reload(move |event| {
        if let HotEvent::Unloaded { generation, .. } = event {
            let _ = sender.send(*generation);
            panic!("as asked");
        }
    });
    for generation in 1..4 {
        sources.build(&format!("int foo(void) {{ return {generation}; }}"));
        library.check_and_reload().unwrap();
        assert_eq!(events.recv_timeout(Duration::from_secs(20)), Ok(generation));
    }
    std::mem::forget(library);
}

#[test]
fn unloading_does_not_wait_for_its_own_thread() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let version = library.version();
    let began = Instant::now();
    let UnloadOutcome::Pinned { reasons, .. } = library.unload().unwrap() else {
        panic!("it is in use");
    };
    assert!(reasons[0].contains("of the thread that unloads it"), "{reasons:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "half of the deadline");
    // SAFETY: this is its signature.
    assert_eq!(unsafe { version.function::<Number>("foo").unwrap()() }, 4);
}

#[test]
fn a_version_stays_mapped_where_the_host_says_so() {
    let sources = Sources::of(FIRST);
    let library = HotOptions::new().retain().open(sources.library(), &["foo"]).unwrap();
    let foo = *library.function::<Number>("foo").unwrap().get().unwrap();
    let UnloadOutcome::Retained { reason, .. } = library.unload().unwrap() else {
        panic!("it is retained");
    };
    assert_eq!(reason, "its options keep its versions mapped");
    // SAFETY: this is its signature, and the library is mapped.
    assert_eq!(unsafe { foo() }, 4);
}

#[test]
fn callers_always_find_a_whole_version() {
    let source = |number: u64| {
        let function = |name| format!("int {name}(void) {{ return {number}; }}\n");
        function("foo") + &function("bar")
    };
    let sources = Sources::of(&source(1));
    let library = HotLibrary::open(sources.library(), &["foo", "bar"]).unwrap();
    let (is_over, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let _ends = EndsWithTest(&is_over);
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let version = library.version();
                    let [foo, bar] = ["foo", "bar"].map(|name| {
                        // SAFETY: this is their signature.
                        unsafe { version.function::<Number>(name).unwrap()() as u64 }
                    });
                    assert_eq!((foo, bar), (version.generation(), foo));
                    assert!(foo >= last, "{foo} after {last}");
                    last = foo;
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for generation in 2..12 {
            sources.build(&source(generation));
            assert!(matches!(library.check_and_reload(), Ok(HotReload::Reloaded { .. })));
        }
    });
    assert!(calls.into_inner() > 0);
}

hot_functions! {
    fn foo() -> c_int;
    fn add(left: c_int, right: c_int) -> c_int;
    fn nothing();
}

#[test]
fn signatures_are_written_once() {
    let sources = Sources::of("int add(int a, int b) { return a + b; }\nvoid nothing(void) {}");
    let (library, functions) = Functions::open(sources.library()).unwrap();
    // SAFETY: these are their signatures.
    unsafe {
        assert!(functions.foo().is_err());
        assert_eq!(functions.add(2, 3), Ok(5));
        assert_eq!(functions.nothing(), Ok(()));
        sources.build("int foo(void) { return 7; }");
        library.check_and_reload().unwrap();
        assert_eq!(functions.foo(), Ok(7));
        assert_eq!(functions.nothing().unwrap_err().name, "nothing");
    }
    assert_eq!(Functions::NAMES, ["foo", "add", "nothing"]);
    let other = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    assert!(matches!(Functions::of(&other), Err(HotError::NotNamed { .. })));
}

#[test]
fn handles_go_to_other_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<HotLibrary>();
    is_shared::<plugin_interface::HotFunction<Number>>();
    is_shared::<plugin_interface::FunctionGuard<Number>>();
}
