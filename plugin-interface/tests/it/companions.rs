//! The libraries that a plugin needs: found beside it, never silently in
//! another build, and refused where they cannot be told apart.

use std::path::{Path, PathBuf};
use std::process::Command;

use plugin_interface::{ErrorClass, Greeter, LoadError, PluginManager, PluginTrait, Stage};

use crate::builds::{build, sources};
use crate::compilers::is_thorough;
use crate::fixtures::Directory;

fn gcc(directory: &Directory, to: &Path, source: &str, arguments: &[&str]) {
    let file = directory.path().join("companion.c");
    std::fs::write(&file, source).unwrap();
    let _ = std::fs::remove_file(to);
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(to).arg(&file).args(arguments);
    // Else it writes the time, and an address that it makes of the path.
    #[cfg(windows)]
    gcc.arg("-Wl,--no-insert-timestamp,--disable-auto-image-base");
    assert!(gcc.status().expect("the tests need gcc").success());
    std::fs::remove_file(file).unwrap();
}

/// A plugin whose name is what the function `text` of a library answers.
struct Pair {
    directory: Directory,
    name: &'static str,
    helper: PathBuf,
    soname: Option<String>,
}

impl Pair {
    /// In a folder below the plugin's, as its rpath says.
    fn new(name: &'static str, helper: &str, below: &str, has_soname: bool) -> Self {
        let directory = Directory::new();
        std::fs::create_dir_all(directory.path().join("plugins")).unwrap();
        let folder = directory.path().join("plugins").join(below);
        std::fs::create_dir_all(&folder).unwrap();
        let soname = has_soname.then(|| format!("-Wl,-soname,lib{helper}.so"));
        let pair = Pair { helper: folder.join(format!("lib{helper}.so")), directory, name, soname };
        pair.build_helper("one");
        let rpath = format!("-Wl,-rpath,$ORIGIN/{below}");
        let link = format!("-l:lib{helper}.so");
        let folder = format!("-L{}", folder.display());
        let built =
            pair.directory.compile_with(name, &["NAMED_BY=text"], "", &[&folder, &link, &rpath]);
        std::fs::rename(built, pair.plugin()).unwrap();
        pair
    }

    fn plugin(&self) -> PathBuf {
        let name = self.directory.library(self.name);
        self.directory.path().join("plugins").join(name.file_name().unwrap())
    }

    fn build_helper(&self, text: &str) {
        let source = format!("const char *text(void) {{ return \"{text}\"; }}");
        let soname: Vec<_> = self.soname.iter().map(String::as_str).collect();
        gcc(&self.directory, &self.helper, &source, &soname);
    }

    /// What the plugin answers, or why it is refused.
    fn answer(&self) -> Result<String, LoadError> {
        let mut manager = PluginManager::new();
        let handles = manager.load_library(self.plugin())?;
        Ok(handles[0].as_greeter().unwrap().name().to_owned())
    }
}

#[test]
fn origin_is_the_directory_of_the_original() {
    let elsewhere = [("below", "lib/deep", false), ("above", "../lib", true)];
    // Windows knows no other directory than that.
    let elsewhere = elsewhere.into_iter().filter(|_| cfg!(unix));
    for (name, below, has_soname) in
        [("beside", ".", false), ("beside_named", "", true)].into_iter().chain(elsewhere)
    {
        let pair = Pair::new(name, &format!("{name}_companion"), below, has_soname);
        assert_eq!(pair.answer().unwrap(), "one", "{name}");
        assert_eq!(pair.answer().unwrap(), "one", "{name} again");
    }
}

// Other systems refuse such names.
#[cfg(target_os = "linux")]
#[test]
fn names_and_directories_may_have_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let directory = Directory::new();
    let folder = directory.path().join(OsStr::from_bytes(b"a b \xff"));
    std::fs::create_dir(&folder).unwrap();
    let helper = OsStr::from_bytes(b"libany_\xe4.so");
    let source = "const char *text(void) { return \"any\"; }";
    gcc(&directory, &folder.join(helper), source, &[]);
    let with = |option: &str, name: &OsStr| {
        let mut option = PathBuf::from(option).into_os_string();
        option.push(name);
        PathBuf::from(option)
    };
    for (name, place) in [("of_origin", OsStr::new("$ORIGIN")), ("fixed", folder.as_os_str())] {
        let options =
            [with("-L", folder.as_os_str()), with("-l:", helper), with("-Wl,-rpath,", place)];
        let main = sources().join("c/greeter.c");
        let sources: Vec<_> = [&main].into_iter().chain(&options).map(|path| &**path).collect();
        let greeter = [("FINGERPRINT", PluginTrait::Greeter)];
        let built = directory.compile_sources(name, &greeter, &["NAMED_BY=text"], &sources);
        let plugin = folder.join(OsStr::from_bytes(&[name.as_bytes(), b"_\xfe.so"].concat()));
        std::fs::rename(built, &plugin).unwrap();
        let mut manager = PluginManager::new();
        let handles = manager.load_library(&plugin).unwrap();
        assert_eq!(handles[0].as_greeter().unwrap().name(), "any", "{name}");
        assert_eq!(handles[0].path(), plugin);
    }
}

#[test]
fn another_build_of_what_is_mapped_is_refused_and_the_same_build_is_not() {
    let pair = Pair::new("rebuilt", "rebuilt_companion", ".", false);
    assert_eq!(pair.answer().unwrap(), "one");
    pair.build_helper("one");
    assert_eq!(pair.answer().unwrap(), "one", "a new file of the same content");
    pair.build_helper("two");
    let error = pair.answer().unwrap_err();
    assert!(matches!(error, LoadError::OtherBuild { .. }), "{error}");
    assert_eq!((error.stage(), error.class()), (Stage::Admit, ErrorClass::Refused));
    assert!(error.to_string().contains("librebuilt_companion.so"), "{error}");
}

#[test]
fn two_plugins_with_different_helpers_of_one_name_never_share_one() {
    let first = Pair::new("first_of_two", "same_name", ".", true);
    let second = Pair::new("second_of_two", "same_name", ".", true);
    second.build_helper("two");
    assert_eq!(first.answer().unwrap(), "one");
    let error = second.answer().unwrap_err().to_string();
    assert!(error.contains("another build of it, from"), "{error}");
    second.build_helper("one");
    assert_eq!(second.answer().unwrap(), "one", "of equal content");
}

#[test]
fn a_shared_standard_library_is_refused_before_it_is_opened() {
    let directory = Directory::new();
    let shared = directory.path().join("libstd-0123456789abcdef.so");
    gcc(&directory, &shared, "int std;", &[]);
    let more = "
        extern int std;
        __attribute__((constructor)) static void begin(void) { if (std == 0) std = *(int *)8; }";
    let path = directory.compile_with("sharing_std", &[], more, &["-l:libstd-0123456789abcdef.so"]);
    let mut manager = PluginManager::new();
    for error in [manager.load_library(&path).unwrap_err(), manager.examine(&path).unwrap_err()] {
        assert!(matches!(error, LoadError::SharedRuntime { .. }), "{error}");
        assert_eq!((error.stage(), error.class()), (Stage::Admit, ErrorClass::Incompatible));
        assert!(error.to_string().contains("libstd-0123456789abcdef.so"), "{error}");
        assert!(error.to_string().contains("without `-C prefer-dynamic`"), "{error}");
    }
}

#[test]
fn a_plugin_that_was_built_with_a_shared_standard_library_is_refused() {
    if !is_thorough() {
        return;
    }
    let before = ["--config", "build.rustflags = ['-Cprefer-dynamic']"];
    let fixtures = ["--package", "healthy", "--package", "threads"];
    let built = build("fixtures-shared-std", "build", &before, &fixtures);
    let directory = Directory::new();
    for name in ["healthy", "threads"] {
        let path = directory.library(name);
        std::fs::copy(&built[name], &path).unwrap();
        let mut manager = PluginManager::new();
        let error = manager.load_library(&path).unwrap_err();
        assert!(matches!(error, LoadError::SharedRuntime { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("without `-C prefer-dynamic`"), "{text}");
        assert!(text.contains(if cfg!(windows) { "std-" } else { "libstd-" }), "{text}");
    }
    // A good one in the same directory is loaded.
    directory.add("healthy", "good");
    let mut manager = PluginManager::new();
    assert_eq!(manager.load::<dyn Greeter>(directory.path()).unwrap().len(), 2);
    assert_eq!(manager.rejected().len(), 2, "{:?}", manager.rejected());
}

#[test]
fn a_runtime_in_another_library_is_refused_before_it_is_opened() {
    let directory = Directory::new();
    let shared = directory.path().join("libframework.so");
    gcc(&directory, &shared, "void *plugin_entry_v1(void) { return 0; }", &[]);
    let more = "
        void *plugin_entry_v1(void);
        __attribute__((constructor)) static void begin(void) { *(int *)plugin_entry_v1() = 1; }";
    let path = directory.compile_with(
        "sharing_entry",
        &["PACKAGE_FLAGS=3", "LISTS_TWO"],
        more,
        &["-l:libframework.so"],
    );
    let error = PluginManager::new().load_library(&path).unwrap_err();
    assert!(matches!(error, LoadError::SharedRuntime { .. }), "{error}");
    assert!(error.to_string().contains("libframework.so"), "{error}");
}

// The C library of Windows has no versions.
#[cfg(unix)]
#[test]
fn a_newer_c_library_is_named() {
    let directory = Directory::new();
    let versions = directory.path().join("versions");
    std::fs::write(&versions, "GLIBC_2.99 { global: newest; local: *; };").unwrap();
    let stub = directory.path().join("libstub.so");
    let script = format!("-Wl,--version-script={}", versions.display());
    let arguments = ["-nostdlib", "-Wl,-soname,libc.so.6", &script];
    gcc(&directory, &stub, "int newest(void) { return 1; }", &arguments);
    let more = "
        int newest(void);
        __attribute__((constructor)) static void begin(void) { newest(); }";
    let path = directory.compile_with("newer", &[], more, &["-l:libstub.so"]);
    let mut manager = PluginManager::new();
    for error in [manager.load_library(&path).unwrap_err(), manager.examine(&path).unwrap_err()] {
        assert!(matches!(error, LoadError::SystemTooOld { .. }), "{error}");
        assert!(error.to_string().contains("needs GLIBC_2.99"), "{error}");
        assert_eq!(error.class(), ErrorClass::Incompatible);
    }
}
