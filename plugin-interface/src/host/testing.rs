//! Plugins in tests: those that the test links, and those that cargo builds.

use std::env::consts::DLL_EXTENSION;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::host::manager::PluginManager;
use crate::host::manager::handle::PluginHandle;
use crate::interface::{Interface, PluginTrait};

use plugin_interface_core::metadata::TARGET;

/// Creates the plugin of that name that is linked into this test, and returns its
/// proxy.
///
/// In a unit test of a plugin crate, that is its own plugin. A test of another
/// crate names the crate: `use shout as _;`. The plugin runs behind the same
/// functions as one that a host loads. So the test sees what a host sees, without
/// a library.
///
/// It needs the feature `manager`, which a plugin crate names under
/// `[dev-dependencies]`.
///
/// # Panics
///
/// If there is no such plugin, or several packages have one, or its constructor
/// fails.
///
/// ```no_run
/// use plugin_interface::{Greeter, testing};
///
/// #[test]
/// fn it_greets() {
///     let greeter = testing::linked::<dyn Greeter>("English");
///     assert_eq!(greeter.greet("you"), "Hello, you!");
/// }
/// ```
#[track_caller]
pub fn linked<I: Interface + ?Sized>(name: &str) -> I::Proxy {
    let mut manager = PluginManager::new();
    let all = match manager.load_linked_plugins(PluginTrait::of::<I>()) {
        Ok(all) => all,
        Err(error) => panic!("{error}"),
    };
    let describe = |handle: &PluginHandle| {
        format!("`{}` of {}", handle.name(), handle.metadata().package.name)
    };
    let found: Vec<_> = all.iter().map(describe).collect();
    let mut of_name = all.into_iter().filter(|handle| handle.name() == name);
    match (of_name.next(), of_name.next()) {
        (Some(only), None) => match only.proxy::<I>() {
            Ok(proxy) => proxy,
            Err(error) => panic!("{error}"),
        },
        (None, _) => panic!(
            "expected a plugin `{name}` for {} in this test, found {found:?}, failed {:?}; name a crate that is only a dependency: `use its_name as _;`",
            I::NAME,
            manager.rejected(),
        ),
        (Some(_), Some(_)) => panic!(
            "expected one plugin `{name}` for {}, found {found:?}; choose one of `PluginManager::load_linked_plugins`",
            I::NAME,
        ),
    }
}

/// Builds the dynamic library of a package, loads it and returns the handles of
/// its plugins: `build_and_load!("shout")`.
///
/// Cargo builds it as it would in the folder of the crate that contains the call,
/// with the profile and for the target of the test. Cargo also says where the library is. So
/// the target folder and the name in `[lib]` do not matter.
///
/// # Panics
///
/// If cargo cannot build the package, or it has no library of the type `cdylib`,
/// or the library cannot be loaded.
///
/// ```no_run
/// use plugin_interface::{Greeter, testing};
///
/// #[test]
/// fn the_library_greets() {
///     let handles = testing::build_and_load!("shout");
///     let greeter = handles[0].proxy::<dyn Greeter>().unwrap();
///     assert_eq!(greeter.greet("you"), "HELLO, YOU!");
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __build_and_load {
    ($package:expr $(,)?) => {
        $crate::__private::build_and_load(
            $package,
            $crate::__private::core::env!("CARGO_MANIFEST_DIR"),
        )
    };
}

/// The function behind `build_and_load!`.
#[track_caller]
pub fn build_and_load(package: &str, folder: &str) -> Vec<PluginHandle> {
    let library = match build(package, Path::new(folder)) {
        Ok(library) => library,
        Err(error) => panic!("{error}"),
    };
    match PluginManager::new().load_library(library) {
        Ok(handles) => handles,
        Err(error) => panic!("{error:?}"),
    }
}

/// Returns the library of a package, built.
fn build(package: &str, folder: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--message-format=json-render-diagnostics", "--package", package])
        .args(profile_and_target())
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start cargo to build `{package}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo cannot build `{package}`; its messages are above"));
    }
    library_in(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
        format!("`{package}` has no dynamic library; add `crate-type = [\"cdylib\", \"rlib\"]` to its `[lib]`")
    })
}

/// Returns the arguments for the profile and the target of this test, whose program
/// is `TARGET/PROFILE/deps/NAME` or `PROFILE/deps/NAME` in the target folder.
fn profile_and_target() -> Vec<String> {
    let program = std::env::current_exe().unwrap_or_default();
    arguments_for(&program)
}

fn arguments_for(program: &Path) -> Vec<String> {
    let name = |n: usize| program.ancestors().nth(n)?.file_name()?.to_str();
    let mut arguments = Vec::new();
    if name(1) == Some("deps") {
        let profile = name(2).filter(|&profile| profile != "debug").unwrap_or("dev");
        arguments.extend(["--profile".to_owned(), profile.to_owned()]);
        if name(3) == Some(TARGET) {
            arguments.extend(["--target".to_owned(), TARGET.to_owned()]);
        }
    }
    arguments
}

/// Returns the last dynamic library that cargo reports. Those of dependencies come
/// before that of their package.
fn library_in(messages: &str) -> Option<PathBuf> {
    let is_library = |file: &PathBuf| file.extension().is_some_and(|it| it == DLL_EXTENSION);
    let of_package = |line: &&str| {
        line.contains("\"reason\":\"compiler-artifact\"")
            && strings(line, "\"crate_types\":[").iter().any(|kind| kind == "cdylib")
    };
    let last = messages.lines().rfind(of_package)?;
    strings(last, "\"filenames\":[").into_iter().map(PathBuf::from).find(is_library)
}

/// Reads the list of texts that follows a key in a line of JSON.
fn strings(line: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some((_, list)) = line.split_once(key) else { return found };
    let mut text: Option<String> = None;
    let mut all = list.chars();
    while let Some(c) = all.next() {
        match (&mut text, c) {
            (None, ']') => break,
            (None, '"') => text = Some(String::new()),
            (None, _) => {}
            (Some(_), '"') => found.extend(text.take()),
            (Some(text), '\\') => text.extend(all.next()),
            (Some(text), c) => text.push(c),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::host::testing::*;

    #[test]
    fn the_library_is_that_of_the_package_and_not_of_its_dependencies() {
        let artifact = |types: &str, file: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"crate_types":[{types}]}},"filenames":["/t/x.rlib","{file}.{DLL_EXTENSION}"],"executable":null}}"#
            )
        };
        let lines = [
            artifact(r#""cdylib","rlib""#, "/t/libother"),
            artifact(r#""rlib","cdylib""#, r#"C:\\t\\a \"b\""#),
            artifact(r#""proc-macro""#, "/t/libmacros"),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        let expected = format!(r#"C:\t\a "b".{DLL_EXTENSION}"#);
        assert_eq!(library_in(&lines.join("\n")), Some(PathBuf::from(expected)));
        assert_eq!(library_in(&lines[2..].join("\n")), None);
    }

    #[test]
    fn profile_and_target_are_those_of_the_test() {
        let of = |path: &str| arguments_for(Path::new(path)).join(" ");
        assert_eq!(of("/a/target/debug/deps/it-12"), "--profile dev");
        assert_eq!(of("/a/target/fast/deps/it-12"), "--profile fast");
        let path = format!("/t/{TARGET}/release/deps/it-12");
        assert_eq!(of(&path), format!("--profile release --target {TARGET}"));
        assert_eq!(of("/tmp/rustdoctest12/rust_out"), "");
    }

    #[test]
    fn a_package_that_does_not_exist_is_told() {
        let error = build("no-such-package", Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err();
        assert!(error.contains("cargo cannot build `no-such-package`"), "{error}");
    }

    #[test]
    fn what_is_linked_is_told() {
        let message = std::panic::catch_unwind(|| linked::<dyn crate::Greeter>("Nobody"));
        let message = message.unwrap_err().downcast::<String>().unwrap();
        assert!(
            message.starts_with("expected a plugin `Nobody` for Greeter in this test, found ["),
            "{message}"
        );
        assert!(message.ends_with("`use its_name as _;`"), "{message}");
    }
}
