//! A library that is reloaded when its file changes, as a test project of FFI
//! does it: the directory is watched, the new function is tried, then assigned.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::ffi::{CStr, CString, c_char};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use plugin_interface::{ChangeDetection, HotEvent, HotLibrary, HotOptions, HotReload};

use super::sources::{FIRST, Number, SECOND, Sources, number};
use crate::deadline::{until, within};
use crate::patient_fs as fs;

/// The events of a library but for those of versions that are closed.
fn events(library: &HotLibrary) -> Receiver<HotEvent> {
    let (sender, events) = channel();
    library.on_reload(move |event| {
        if !matches!(event, HotEvent::Unloaded { .. }) {
            let _ = sender.send(event.clone());
        }
    });
    events
}

#[track_caller]
fn next(events: &Receiver<HotEvent>) -> HotEvent {
    events.recv_timeout(Duration::from_secs(60)).expect("an event")
}

#[test]
fn a_rebuild_is_taken_into_use_without_being_asked_for() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo", "bar"]).unwrap();
    let [foo, bar] = ["foo", "bar"].map(|name| library.function::<Number>(name).unwrap());
    let events = events(&library);
    let watch = library.watch();
    sources.build(SECOND);
    let (appeared, vanished) = (vec!["bar".to_owned()], vec![]);
    assert_eq!(next(&events), HotEvent::Reloaded { generation: 2, appeared, vanished });
    assert_eq!((number(&foo), number(&bar)), (Some(5), Some(10)));
    fs::write(sources.library(), "no library").unwrap();
    assert!(matches!(next(&events), HotEvent::Refused { generation: 2, .. }));
    assert_eq!(number(&foo), Some(5));
    drop(watch);
    sources.build(FIRST);
    assert!(events.recv_timeout(Duration::from_millis(300)).is_err(), "nobody watches");
}

#[test]
fn a_directory_that_is_removed_and_made_again_is_watched_again() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let events = events(&library);
    let _watch = library.watch();
    fs::remove_dir_all(sources.path()).unwrap();
    // Its name may be free only when the watch has let go of it.
    until("it can be made again", || fs::create_dir(sources.path()).is_ok());
    sources.build(SECOND);
    let reloaded = HotEvent::Reloaded { generation: 2, appeared: vec![], vanished: vec![] };
    assert_eq!(next(&events), reloaded);
}

/// Compiles the second version so that it needs a library, which is not there
/// yet. Returns its path.
fn build_lacking(sources: &Sources, name: &str) -> std::path::PathBuf {
    let elsewhere = Sources::new();
    let helper = elsewhere.build_as(name, "int help(void) { return 5; }");
    let source = elsewhere.path().join("second.c");
    fs::write(&source, "int help(void); int foo(void) { return help(); }").unwrap();
    let built = elsewhere.path().join("libfoo.so");
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-Wl,-rpath,$ORIGIN", "-o"]).args([&built, &source]);
    gcc.arg(format!("-L{}", elsewhere.path().display())).arg(format!("-l:{name}"));
    assert!(gcc.status().expect("the tests need gcc").success());
    fs::rename(&built, sources.library()).unwrap();
    let aside = sources.path().join("aside");
    fs::create_dir(&aside).unwrap();
    let kept = aside.join(name);
    fs::copy(&helper, &kept).unwrap();
    kept
}

#[test]
fn a_version_whose_library_comes_later_is_taken_into_use_then() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let foo = library.function::<Number>("foo").unwrap();
    let events = events(&library);
    let _watch = library.watch();
    let helper = build_lacking(&sources, "libhot_late.so");
    let refused = next(&events);
    assert!(
        matches!(&refused, HotEvent::Refused { message, .. } if message.contains("libhot_late.so"))
    );
    assert_eq!(number(&foo), Some(4));
    fs::rename(helper, sources.path().join("libhot_late.so")).unwrap();
    assert!(matches!(next(&events), HotEvent::Reloaded { generation: 2, .. }));
    assert_eq!(number(&foo), Some(5));
}

#[test]
fn a_version_that_was_refused_is_tried_again_when_asked_for() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let helper = build_lacking(&sources, "libhot_asked.so");
    assert!(library.check_and_reload().is_err());
    // Unlike that, it fails each time, also once the file is known.
    assert!(library.retry().is_err() && library.retry().is_err());
    fs::rename(helper, sources.path().join("libhot_asked.so")).unwrap();
    assert!(matches!(library.retry().unwrap(), HotReload::Reloaded { generation: 2, .. }));
}

#[test]
fn a_watch_keeps_nothing_and_may_be_dropped_by_a_listener() {
    let sources = Sources::of(FIRST);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let left = library.watch();
    drop(library);
    drop(left);
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let watch = std::sync::Mutex::new(Some(library.watch()));
    let (sender, events) = channel();
    library.on_reload(move |_| {
        drop(watch.lock().unwrap().take());
        let _ = sender.send(());
    });
    sources.build(SECOND);
    events.recv_timeout(Duration::from_secs(60)).unwrap();
}

#[test]
fn a_listener_that_blocks_holds_up_neither_the_drop_of_its_watch_nor_another_library() {
    let (sources, others) = (Sources::of(FIRST), Sources::of(FIRST));
    let library = HotLibrary::open(sources.library(), &["foo"]).unwrap();
    let watch = library.watch();
    let (release, blocked) = channel::<()>();
    let blocked = std::sync::Mutex::new(blocked);
    let (sender, called) = channel();
    library.on_reload(move |_| {
        let _ = sender.send(());
        // Ends when the test is over.
        let _ = blocked.lock().unwrap().recv();
    });
    sources.build(SECOND);
    called.recv_timeout(Duration::from_secs(60)).expect("a call");
    drop(watch);
    let other = HotLibrary::open(others.library(), &["foo"]).unwrap();
    let (sender, unloaded) = channel();
    other.on_reload(move |event| {
        if matches!(event, HotEvent::Unloaded { generation: 1, .. }) {
            let _ = sender.send(());
        }
    });
    others.build(SECOND);
    other.check_and_reload().unwrap();
    unloaded.recv_timeout(Duration::from_secs(60)).expect("it waits for nobody else");
    drop(release);
}

#[test]
fn panics_of_listeners_and_validations_end_neither_the_watch_nor_the_unloading() {
    let sources = Sources::of(FIRST);
    let options = HotOptions::new().validate(|version| match version.defined().count() {
        3 => panic!("three is too much"),
        _ => Ok(()),
    });
    let library = options.open(sources.library(), &["foo", "bar", "baz"]).unwrap();
    library.on_reload(|event| panic!("a panic over {event:?}"));
    let (sender, all) = channel();
    library.on_reload(move |event| {
        let _ = sender.send(event.clone());
    });
    // An old version may be closed before the new one is announced.
    let mut seen = Vec::new();
    let mut next = |wanted: fn(&HotEvent) -> bool| loop {
        if let Some(at) = seen.iter().position(wanted) {
            break seen.remove(at);
        }
        seen.push(within("the watch goes on", || all.recv().unwrap()));
    };
    let _watch = library.watch();
    sources.build(SECOND);
    next(|event| matches!(event, HotEvent::Reloaded { generation: 2, .. }));
    let unloaded = |event: &HotEvent| matches!(event, HotEvent::Unloaded { generation: 1, .. });
    next(unloaded);
    let HotEvent::ListenerPanicked { listener, .. } =
        next(|event| matches!(event, HotEvent::ListenerPanicked { .. }))
    else {
        unreachable!()
    };
    assert!(listener.contains("watching.rs"), "{listener}");
    sources.build(&format!("{SECOND}\nint baz(void) {{ return 3; }}"));
    let refused = next(|event| matches!(event, HotEvent::Refused { .. }));
    let HotEvent::Refused { generation: 2, message } = refused else { panic!("{refused:?}") };
    assert!(message.ends_with("it panicked: three is too much"), "{message}");
    sources.build(FIRST);
    next(|event| matches!(event, HotEvent::Reloaded { generation: 3, .. }));
}

/// A crate of a user who knows nothing of plugins.
fn plugin01(answer: &str) -> String {
    format!(
        "use std::ffi::{{CStr, CString, c_char}};
         #[unsafe(no_mangle)]
         pub unsafe extern \"C\" fn plugin01(argument: *const c_char) -> *mut c_char {{
             let argument = unsafe {{ CStr::from_ptr(argument) }}.to_str().unwrap();
             CString::new(format!(\"{answer} {{argument}}\")).unwrap().into_raw()
         }}
         #[unsafe(no_mangle)]
         pub unsafe extern \"C\" fn plugin01_free(text: *mut c_char) {{
             drop(unsafe {{ CString::from_raw(text) }});
         }}"
    )
}

type Plugin01 = unsafe extern "C" fn(*const c_char) -> *mut c_char;
type Free = unsafe extern "C" fn(*mut c_char);

/// What the function of a version answers.
fn ask(version: &plugin_interface::HotVersion, argument: &CStr) -> Option<CString> {
    let plugin01 = version.function::<Plugin01>("plugin01").ok()?;
    let free = version.function::<Free>("plugin01_free").ok()?;
    // SAFETY: these are their signatures; a text is freed by whom it is from.
    unsafe {
        let text = plugin01(argument.as_ptr());
        let answer = CStr::from_ptr(text).to_owned();
        free(text);
        Some(answer)
    }
}

#[test]
fn a_rust_library_that_cargo_builds_is_tried_and_then_assigned() {
    let sources = Sources::new();
    let manifest = "[package]\nname = \"plugin01\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    fs::write(sources.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(sources.path().join("src")).unwrap();
    let cargo = |answer: &str| {
        fs::write(sources.path().join("src/lib.rs"), plugin01(answer)).unwrap();
        let program = std::env::var_os("CARGO").unwrap_or(env!("CARGO").into());
        let mut cargo = Command::new(program);
        cargo.args(["build", "--quiet", "--target-dir", "target"]).current_dir(sources.path());
        assert!(cargo.status().unwrap().success());
    };
    cargo("00000");
    let file = format!("{DLL_PREFIX}plugin01{DLL_SUFFIX}");
    // Where the builds are for another system than this one, they say for which.
    let target = std::env::var_os("CARGO_BUILD_TARGET").unwrap_or_default();
    let path = sources.path().join("target").join(target).join("debug").join(file);
    let options =
        HotOptions::new().change_detection(ChangeDetection::Sha256).validate(|version| match ask(
            version, c"a try",
        )
        .ok_or("it is not defined")?
        {
            answer if answer.to_bytes().starts_with(b"bad") => Err("it is bad".into()),
            _ => Ok(()),
        });
    let library = options.open(&path, &["plugin01", "plugin01_free"]).unwrap();
    let answer = || ask(&library.version(), c"Hello from Rust!").unwrap().into_string().unwrap();
    assert_eq!(answer(), "00000 Hello from Rust!");
    let events = events(&library);
    let _watch = library.watch();

    cargo("11111");
    assert!(matches!(next(&events), HotEvent::Reloaded { generation: 2, .. }));
    assert_eq!(answer(), "11111 Hello from Rust!");
    // The same again, and what cargo does beside it. On Windows the linker writes
    // the time.
    #[cfg(not(windows))]
    cargo("11111");
    fs::write(path.with_file_name(".cargo-lock"), "").unwrap();
    cargo("bad");
    let HotEvent::Refused { generation: 2, message } = next(&events) else { panic!("it is bad") };
    assert!(message.ends_with("was refused by the validation: it is bad"), "{message}");
    assert_eq!(answer(), "11111 Hello from Rust!");
    cargo("22222");
    assert!(matches!(next(&events), HotEvent::Reloaded { generation: 3, .. }));
    assert_eq!(answer(), "22222 Hello from Rust!");
}
