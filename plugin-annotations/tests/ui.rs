//! The messages for mistakes in the use of the macros.
//!
//! A case in `tests/ui` is one mistake, named after it, beside the compiler's
//! answer. Its twin of the same name in `tests/pass` is the same code without
//! the mistake. To bless the answers, run `BLESS=1 cargo test -p
//! plugin-annotations --test ui` and read the diff.
//!
//! The cases are compiled here, against the libraries that cargo built for this
//! test. A case takes less than a tenth of a second. Through cargo (`trybuild`),
//! a twin took more than a second, and all dependencies were built twice again.
//!
//! These libraries have more features if cargo builds the whole workspace. So a
//! case avoids names that an optional feature has too, such as `open`, which the
//! compiler would suggest.

mod runner;

use std::fmt::Write;
use std::fs;

use runner::{Compiler, compare, for_each, names_in, out_dir, path_of};

#[test]
fn mistakes_are_explained() {
    let compiler = Compiler::of_this_test();
    for_each(&names_in("tests/ui"), |name| {
        let case = path_of("tests/ui", name);
        match compiler.check(&case) {
            Ok(()) => Err("this compiles, though it is a mistake".to_owned()),
            Err(output) => compare(&case, &output),
        }
    });
}

/// Each twin of these is a program of its own, as a plugin is: it has things
/// that a crate has only once, and only at its root. To link and run them takes
/// three times as long as to compile them, so `PLUGIN_THOROUGH=1` asks for that, as
/// `.ci/run` does.
#[test]
fn twins_that_are_whole_crates_compile_and_run() {
    let compiler = Compiler::of_this_test();
    let (crates, _) = twins();
    let is_thorough = std::env::var_os("PLUGIN_THOROUGH").is_some_and(|value| value == "1");
    for_each(&crates, |name| {
        let twin = path_of("tests/pass", name);
        if is_thorough { compiler.build_and_run(&twin) } else { compiler.check(&twin) }
    });
}

/// All others are modules of one program, which runs them all.
#[test]
fn twins_that_are_modules_compile_and_run() {
    let (_, modules) = twins();
    let (mut source, mut calls) = ("#![allow(dead_code)]\n".to_owned(), String::new());
    for name in &modules {
        let path = path_of("tests/pass", name);
        writeln!(source, "mod {name} {{ include!({path:?}); pub fn run() {{ main() }} }}").unwrap();
        writeln!(calls, "    eprintln!({name:?});\n    {name}::run();").unwrap();
    }
    writeln!(source, "fn main() {{\n{calls}}}").unwrap();
    let path = out_dir().join("twins.rs");
    fs::write(&path, source).unwrap();
    if let Err(output) = Compiler::of_this_test().build_and_run(&path) {
        panic!("{output}");
    }
}

#[test]
fn every_mistake_has_a_twin() {
    let (mistakes, twins) = (names_in("tests/ui"), names_in("tests/pass"));
    assert!(mistakes.len() >= 130, "only {} mistakes in tests/ui", mistakes.len());
    let alone: Vec<_> = mistakes.iter().filter(|name| !twins.contains(name)).collect();
    let twins_alone: Vec<_> = twins.iter().filter(|name| !mistakes.contains(name)).collect();
    assert!(alone.is_empty(), "no twin in tests/pass: {alone:?}");
    assert!(twins_alone.is_empty(), "no mistake in tests/ui: {twins_alone:?}");
}

/// A type that is rejected is used in many places of the generated code. It is one
/// error if that code stands at the type (`spans::written_at`).
#[test]
fn most_mistakes_are_one_error() {
    let mistakes = names_in("tests/ui");
    let is_one = |name: &&String| {
        let answer = path_of("tests/ui", name).with_extension("stderr");
        let answer = fs::read_to_string(answer).unwrap();
        answer.lines().filter(|line| line.starts_with("error")).count() == 1
    };
    let (one, all) = (mistakes.iter().filter(is_one).count(), mistakes.len());
    assert!(one * 4 >= all * 3, "only {one} of {all}");
}

/// A body finds the lifetimes that a signature states, and a value asks for a type in
/// another way than a signature does. So the compiler could explain one mistake in two
/// ways, and report it twice.
#[test]
fn an_error_is_not_repeated_at_its_place() {
    // The compiler lists other types for a signature and none for a body, or names a
    // bound of the function that is called.
    const REPEATED: [&str; 15] = [
        "arc_in_a_field_made_send",
        "arc_of_an_unshared_interface_in_a_closure",
        "changed_slice_without_clone",
        "closure_takes_a_borrow",
        "closure_takes_a_static_behind_an_alias",
        "function_pointer",
        "handle_is_changed",
        "hash_map_with_a_seed",
        "reference_to_an_own_type",
        "return_is_a_reference_to_unshared_data",
        "returns_static_slice_of_unshared",
        "setting_has_no_form_in_a_file",
        "settings_are_not_derived",
        "trait_is_no_interface",
        "with_module_crossing_is_not_ffi_safe",
    ];
    let repeats = |name: &&String| {
        let answer = path_of("tests/ui", name).with_extension("stderr");
        let answer = fs::read_to_string(answer).unwrap();
        let lines: Vec<_> = answer.lines().collect();
        let errors = lines.windows(2).filter(|pair| pair[0].starts_with("error[E0277]"));
        let bare = |pair: &[&str]| {
            let error = pair[0].replace(" + 'static", "").replace("'static ", "");
            (error.replace(['(', ')'], ""), pair[1].to_owned())
        };
        let mut errors: Vec<_> = errors.map(bare).collect();
        let all = errors.len();
        errors.sort();
        errors.dedup();
        errors.len() < all
    };
    let repeated: Vec<_> = names_in("tests/ui").into_iter().filter(|name| repeats(&name)).collect();
    assert_eq!(repeated, REPEATED);
}

/// The twins that must be crates, and those that may be modules.
fn twins() -> (Vec<String>, Vec<String>) {
    names_in("tests/pass").into_iter().partition(|name| {
        let text = fs::read_to_string(path_of("tests/pass", name)).unwrap();
        ["#[plugin_aggregates", "system_allocator!", "#!["].iter().any(|once| text.contains(once))
    })
}
