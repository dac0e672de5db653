//! The same plugins in each placement: linked into this program, in the process, and in
//! a process of their own.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::PathBuf;

use ordinary::each_trait;
use plugin_interface::process::Isolated;
use plugin_interface::{Interface, PluginHandle, PluginManager, PluginTrait};
use rows::Placement;

use super::{turn, worker};

/// The dynamic library of a crate that this program links too: the command that built
/// this program made it beside it.
fn library(name: &str) -> PathBuf {
    std::env::current_exe().unwrap().with_file_name(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// Where a library is. One type, so that what takes any of them is compiled once.
pub(super) enum At {
    Linked(Box<PluginManager>),
    InProcess(Vec<PluginHandle>),
    Apart(Isolated),
}

impl Placement for At {
    fn proxy<I: Interface + ?Sized>(&mut self) -> Result<I::Proxy, String> {
        let path = PluginTrait::of::<I>().path();
        match self {
            At::Linked(manager) => {
                let handles = manager.load_linked_plugins(PluginTrait::of::<I>()).unwrap();
                handles.first().expect("a plugin").proxy::<I>().map_err(|error| error.to_string())
            }
            At::InProcess(handles) => {
                let handle = handles.iter().find(|handle| handle.interface() == path).expect(path);
                handle.proxy::<I>().map_err(|error| error.to_string())
            }
            At::Apart(library) => {
                let mut plugins = library.plugins().into_iter();
                let plugin = plugins.find(|it| it.interface() == path).expect(path);
                plugin.proxy::<I>().map_err(|error| error.to_string())
            }
        }
    }
}

pub(super) fn linked() -> At {
    At::Linked(Box::default())
}

pub(super) fn in_process(name: &str) -> At {
    At::InProcess(PluginManager::new().load_library(library(name)).unwrap())
}

pub(super) fn apart(name: &str) -> At {
    let loaded = PluginManager::new().load_isolated(library(name), worker());
    At::Apart(loaded.unwrap_or_else(|error| panic!("{error}")))
}

/// Checks that there is no proxy of some interfaces, and no others, each with a reason
/// that names something.
fn check_refused(refused: &[(&str, String)], expected: &[(&str, &str)]) {
    let names =
        |all: &[(&str, String)]| -> Vec<_> { all.iter().map(|it| it.0.to_owned()).collect() };
    assert_eq!(names(refused), expected.iter().map(|it| it.0).collect::<Vec<_>>(), "{refused:#?}");
    for ((_, reason), (name, part)) in refused.iter().zip(expected) {
        assert!(reason.contains(part), "{name}: {reason}");
    }
}

#[test]
fn each_row_of_the_table_is_the_same_in_each_placement() {
    let _turn = turn();
    check_refused(&rows::compare(&mut linked()), &[]);
    check_refused(&rows::compare(&mut in_process("rows")), &[]);
    // What an argument lends by `&mut` is copied back. A return cannot be.
    let expected = [
        ("ReturnsPlain", "`&mut [P]`; load the library in this process"),
        ("NestsPlain", "`&mut [P]`; load the library in this process"),
    ];
    check_refused(&rows::compare(&mut apart("rows")), &expected);
}

/// Calls each method of twenty traits, and compares what it saw with the same code in
/// this program. Returns the traits of which there is no proxy, each with the reason.
fn compare_ordinary(placement: &mut At) -> Vec<(&'static str, String)> {
    let mut refused = Vec::new();
    macro_rules! each {
        ($($module:ident: $interface:ident, $plugin:ident, $function:ident;)*) => {$(
            match placement.proxy::<dyn ordinary::$module::$interface>() {
                Ok(mut proxy) => {
                    let mut own = ordinary::$module::$plugin::default();
                    let expected = ordinary::$module::$function(&mut own);
                    let found = ordinary::$module::$function(&mut proxy);
                    assert_eq!(found, expected, stringify!($interface));
                }
                Err(reason) => refused.push((stringify!($interface), reason)),
            }
        )*};
    }
    each_trait!(each);
    refused
}

#[test]
fn traits_as_projects_have_them_are_the_same_in_each_placement() {
    let _turn = turn();
    check_refused(&compare_ordinary(&mut linked()), &[]);
    check_refused(&compare_ordinary(&mut in_process("ordinary")), &[]);
    check_refused(&compare_ordinary(&mut apart("ordinary")), &[]);
}
