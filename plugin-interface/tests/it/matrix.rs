//! Each way in which an interface may change: whether host and plugin still fit,
//! what is said where they do not, and that what fits can be called.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::task::{Context, Poll, Waker};

use matrix::*;
use plugin_interface::{Interface, LoadError, PluginManager, PluginTrait};

use crate::fixtures::Directory;

pub(crate) fn pairs() -> impl Iterator<Item = &'static Pair> {
    METHODS.iter().chain(TYPES).chain(VERSIONS).chain(PATHS).chain(OBJECTS).chain(GROWING)
}

/// What loading the plugin as an interface says.
pub(crate) fn verdict(directory: &Directory, interface: PluginTrait) -> Result<(), String> {
    let mut manager = PluginManager::new();
    let handles = manager.load_plugins(directory.path(), interface).unwrap();
    match manager.rejected() {
        [] => {
            assert_eq!(handles.len(), 1);
            Ok(())
        }
        [rejected] => {
            assert!(handles.is_empty());
            let LoadError::Mismatch { mismatch, path } = &rejected.error else {
                panic!("{}", rejected.error)
            };
            let (all, text) = (rejected.error.to_string(), mismatch.to_string());
            assert!(all.ends_with(&text) && all.contains(&path.display().to_string()), "{all}");
            assert!(all.lines().count() <= 10, "{all}");
            Err(text)
        }
        more => panic!("one file, one reason: {more:?}"),
    }
}

/// `SNAPSHOT=overwrite` writes the file anew; then read what changed in it.
#[test]
fn every_change_is_admitted_or_refused_and_the_refusal_says_why() {
    let directory = Directory::of(&["matrix"]);
    assert!(pairs().count() >= 40);
    let mut found = String::new();
    for Pair { name, verdict: expected, interface, .. } in pairs() {
        let verdict = verdict(&directory, *interface);
        assert_eq!(verdict.is_ok(), *expected == "fits", "{name}: {verdict:?}");
        let text = verdict.err().unwrap_or_else(|| "fits".to_owned());
        let _ = writeln!(found, "{name}: {text}\n");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt");
    if std::env::var_os("SNAPSHOT").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (found, expected) in found.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(found, expected, "run this test with SNAPSHOT=overwrite, and read the diff");
    }
    assert_eq!(found.len(), expected.len());
}

fn polling() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

fn load<I: Interface + ?Sized>(directory: &Directory) -> I::Proxy {
    PluginManager::new().load::<I>(directory.path()).unwrap().remove(0)
}

/// Calls every method of what fits: `name: call => answer`, and what it gives:
/// `name: call [.call()] => answer`.
macro_rules! calls {
    ($($module:ident $name:ident: $($method:ident($($argument:expr),*) $([$($then:tt)*])? => $answer:expr),+;)*) => {
        /// The interfaces that are called, how many methods of each, and of how many.
        const CALLED: &[(&str, usize, usize)] = &[$((
            stringify!($name),
            [$(stringify!($method)),+].len(),
            <dyn matrix::$module::$name as Interface>::DESCRIPTION.methods.len(),
        )),*];

        #[test]
        fn all_that_fits_can_be_called() {
            let directory = Directory::of(&["matrix"]);
            $({
                use matrix::$module::*;
                let it = load::<dyn $name>(&directory);
                $(assert_eq!(it.$method($($argument),*)$($($then)*)?, $answer, stringify!($name::$method));)+
            })*
        }
    };
}

calls! {
    default_changed DefaultChanged: size() => 2, weight() => 2;
    documentation_changed DocumentationChanged: size() => 2;
    parameters_of_one_type_reordered ParametersOfOneTypeReordered: ratio(6, 3) => 2;
    parameter_renamed ParameterRenamed: add(1) => 3;
    path_written_otherwise PathWrittenOtherwise: length("text".to_owned()) => 4;
    struct_made_plain StructMadePlain: take(vec![Some(Subject { weight: 7 })]) => 1;
    variant_renumbered VariantRenumbered:
        take(vec![Some(Subject::Red), Some(Subject::Green), None]) => 3;
    parameter_of_a_type_renamed ParameterOfATypeRenamed: take(vec![Some(Subject { value: 7 })]) => 1;
    later_in_host LaterInHost: size() => 2, weight() => 21;
    later_in_plugin LaterInPlugin: size() => 2;
    later_in_both LaterInBoth: size() => 2, weight() => 2;
    later_by_two_versions LaterByTwoVersions: size() => 2, weight() => 1, both() => 3;
    later_by_one_of_two LaterByOneOfTwo: size() => 2, weight() => 20, both() => 22;
    minor_raised MinorRaised: size() => 2;
    supertraits_reordered SupertraitsReordered: size() => 2;
    type_behind_an_alias TypeBehindAnAlias: double(4) => 8;
    closure_behind_an_alias ClosureBehindAnAlias: call(&|it| it * 5) => 10, adder() [(1)] => 3;
    iterator_documented IteratorDocumented: sizes() [.collect::<Vec<_>>()] => [2, 3];
    future_spelled_out FutureSpelledOut: size() [.as_mut().poll(&mut polling())] => Poll::Ready(2);
    object_older_is_returned ObjectOlderIsReturned: part() [.weight()] => 21;
    object_newer_is_returned ObjectNewerIsReturned: part() [.size()] => 2;
    object_older_is_taken ObjectOlderIsTaken: weigh(&Own) => 12;
    object_newer_is_taken ObjectNewerIsTaken: weigh(Box::new(Own)) => 3;
    grown_in_host GrownInHost:
        take(vec![Some(subject("a")), None]) => 2,
        lend(&subject("four"), &[subject("a"), subject("b")]) => 6,
        give() => Subject { label: "given".to_owned(), weight: 20, tags: Vec::new() },
        echo(Ok((1, subject("a")))) => Ok(Subject { weight: 20, tags: Vec::new(), ..subject("a") }),
        ask(&|asked| Subject { label: format!("{asked:?}"), ..asked })
            => r#"Subject { label: "asked", weight: 20, tags: [] }"#;
    grown_in_plugin GrownInPlugin:
        take(vec![Some(subject("a")), None, Some(subject("b"))]) => 40,
        lend(&subject("a"), &[subject("b")]) => 21,
        give() => subject("given"),
        borrow() => [subject("kept"), subject("kept")],
        change(&mut subject("a")) => (),
        ask(&|asked| asked) => 20;
    grown_within_grown GrownWithinGrown:
        sizes(Subject { parts: vec![Part { size: 1, more: Some(Box::new(Extra("a".to_owned()))) }] })
            => Subject { parts: vec![Part { size: 1, more: None }] };
    grown_in_an_object GrownInAnObject: part() [.subject(Subject(1)).0] => 7;
    enum_grown_in_host EnumGrownInHost:
        take(vec![Some(label("a")), None, Some(Subject::Weight { grams: 7 }), Some(parts())])
            => r#"[Some(Label("a")), None, Some(Other), Some(Other)]"#,
        lend(&parts(), &[Subject::Other, label("b")]) => r#"Other [Other, Label("b")]"#,
        give() => label("given"),
        echo(Ok((1, parts()))) => Ok(Subject::Other),
        ask(&|asked| if asked == Subject::Other { parts() } else { asked }) => "Other";
    enum_grown_in_plugin EnumGrownInPlugin:
        give(0) => Subject::Of("of".to_owned()),
        borrow() => [Subject::Of("of".to_owned()), Subject::Other, Subject::Other, Subject::Other],
        change(&mut Subject::Other) => (),
        ask(&|asked| if asked == Subject::Other { Subject::Of("new".to_owned()) } else { asked })
            => r#"[Of("of"), Of("new"), Of("new"), Of("new")]"#;
    enum_grown_in_an_object EnumGrownInAnObject:
        part() [.subject(Subject::Seen(0))] => Subject::Other;
}

#[test]
fn nothing_that_fits_is_left_uncalled() {
    let fits: Vec<_> = pairs().filter(|p| p.verdict == "fits").map(|p| p.name).collect();
    let called: Vec<_> = CALLED.iter().map(|(name, ..)| *name).collect();
    assert_eq!(fits, called);
    for (name, called, methods) in CALLED {
        assert_eq!(called, methods, "{name}");
    }
}
