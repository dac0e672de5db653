//! Objects of a plugin in C: what they give is validated as what the plugin itself
//! gives, wherever they go.

use std::sync::Arc;

use fixture_interface::foreign::*;
use plugin_interface::boundary::LiftError;
use plugin_interface::{CallError, PluginManager, PluginTrait, UnloadOutcome};

use crate::builds::sources;
use crate::calls::panic_of;
use crate::fixtures::Directory;
use crate::objects::wait_until_unmapped;

fn add_choir(directory: &Directory, name: &str) {
    let interfaces = [
        ("CHOIR_FINGERPRINT", PluginTrait::of::<dyn Choir>()),
        ("VOICE_FINGERPRINT", PluginTrait::of::<dyn Voice>()),
    ];
    directory.compile_sources(name, &interfaces, &[], &[&sources().join("c/choir.c")]);
}

pub(crate) fn choir(name: &str) -> ChoirProxy {
    let directory = Directory::new();
    add_choir(&directory, name);
    PluginManager::new().load::<dyn Choir>(directory.path()).unwrap().remove(0)
}

/// A plugin in Rust.
pub(crate) fn listener(name: &str) -> ListenerProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Listener>(directory.path()).unwrap().remove(0)
}

const TEXT: &str = "text must be UTF-8, found a bad byte at 1";

#[track_caller]
fn refused<T>(call: impl FnOnce() -> T, what: &str, expected: &str) {
    let found = panic_of(call);
    assert_eq!(found, format!("{what}: the plugin returned an invalid value: {expected}"));
}

#[test]
fn what_is_right_is_taken() {
    let choir = choir("choir_right");
    let voice = choir.voice(0);
    let gives = (voice.text(), voice.word(), voice.is_loud(), voice.letter());
    assert_eq!(gives, ("la".to_owned(), "do", true, 'a'));
    assert_eq!(choir.shared(0).text(), "la");
    assert_eq!(choir.call(0)(), "la");
    assert_eq!(choir.words(0).take(2).collect::<Vec<_>>(), ["la", "la"]);
}

#[test]
fn what_a_method_of_an_object_gives_is_validated() {
    let choir = choir("choir_wrong");
    let voice = choir.voice(1);
    refused(|| voice.text(), "Voice::text", TEXT);
    refused(|| voice.word().len(), "Voice::word", TEXT);
    refused(|| voice.is_loud(), "Voice::is_loud", "a bool must be 0 or 1, found 7");
    let letter = "a char must be a Unicode scalar value, found 0xd800";
    refused(|| voice.letter(), "Voice::letter", letter);
    refused(|| Arc::clone(&choir.shared(1)).text(), "Voice::text", TEXT);
}

#[test]
fn what_closures_and_iterators_give_is_validated() {
    let choir = choir("choir_of_closures");
    refused(|| choir.call(1)(), "closure::call", TEXT);
    refused(|| choir.words(1).next(), "iterator::next", TEXT);
}

#[test]
fn it_is_validated_where_a_plugin_in_rust_has_the_object() {
    let (choir, listener) = (choir("choir_heard"), listener("ear"));
    assert_eq!(listener.hear(choir.voice(0)), "la");
    assert_eq!(listener.hear_lent(&*choir.voice(0)), "do");
    refused(|| listener.hear(choir.voice(1)), "Voice::text", TEXT);
    refused(|| listener.hear_lent(&*choir.voice(1)), "Voice::word", TEXT);
}

#[test]
fn what_is_no_object_is_refused() {
    let choir = choir("choir_broken");
    let checked = ChoirProxy::checked(&choir);
    let other = LiftError::Object { interface: "fixture_interface::foreign::Voice" };
    for (kind, expected) in [
        (2, LiftError::Null),
        (3, LiftError::Null),
        (4, LiftError::Null),
        (5, LiftError::Null),
        (6, other),
        (7, other),
        (8, other),
        (9, LiftError::Null),
    ] {
        match checked.voice(kind) {
            Err(CallError::Invalid { invalid, .. }) => assert_eq!(invalid, expected, "{kind}"),
            Err(error) => panic!("{kind}: {error}"),
            Ok(voice) => panic!("{kind}: {}", voice.text()),
        }
    }
}

#[test]
fn an_object_keeps_its_library_mapped() {
    let directory = Directory::new();
    add_choir(&directory, "choir_kept");
    let mut manager = PluginManager::new();
    let choir = manager.load::<dyn Choir>(directory.path()).unwrap().remove(0);
    let (voice, shared) = (choir.voice(0), choir.shared(0));
    drop(choir);
    let outcome = manager.outcome(directory.library("choir_kept")).unwrap();
    assert!(matches!(outcome, UnloadOutcome::Pinned { objects: 2, .. }), "{outcome:?}");
    assert_eq!((voice.word(), shared.word()), ("do", "do"));
    drop((voice, shared));
    wait_until_unmapped("choir_kept");
}
