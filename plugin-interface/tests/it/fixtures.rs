//! The plugins that tests load, and directories of them.

use std::collections::BTreeSet;
use std::env::consts::DLL_EXTENSION;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use plugin_interface::PluginTrait;
use tempfile::TempDir;

use crate::builds::{Built, build, built, sources};
use crate::compilers::is_thorough;

/// The fixtures as they are shipped, where `PLUGIN_THOROUGH` asks for it, since
/// they take a minute to optimise. Else those of a debug build.
pub(crate) fn released() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let packages = [
        "changed",
        "driver",
        "faulty",
        "healthy",
        "objects",
        "shared-malloc",
        "stamped",
        "strict",
        "threads",
    ];
    if !is_thorough() {
        return built();
    }
    let packages = packages.map(|name| ["--package", name]);
    let mut arguments = vec!["--release"];
    arguments.extend(packages.into_iter().flatten());
    BUILT.get_or_init(|| build("fixtures", "build", &[], &arguments))
}

/// The file of a fixture; it was built, or the test fails.
pub(crate) fn fixture(name: &str) -> &'static Path {
    let built = built();
    built.get(name).unwrap_or_else(|| panic!("no fixture {name} among {built:?}"))
}

/// A directory of plugins, for one test.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Directory(TempDir::new().unwrap())
    }

    /// A directory with copies of these fixtures.
    pub(crate) fn of(fixtures: &[&str]) -> Self {
        let directory = Directory::new();
        for name in fixtures {
            directory.add(name, name);
        }
        directory
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a library of that name in here.
    pub(crate) fn library(&self, name: &str) -> PathBuf {
        self.path().join(format!("lib{name}.{DLL_EXTENSION}"))
    }

    /// Copies a fixture to here, under a name.
    pub(crate) fn add(&self, fixture_name: &str, name: &str) -> PathBuf {
        let path = self.library(name);
        fs::copy(fixture(fixture_name), &path).unwrap();
        path
    }

    /// Compiles the C greeter to here, with macros that say what is wrong with
    /// it, and more source.
    pub(crate) fn compile(&self, name: &str, macros: &[&str], more: &str) -> PathBuf {
        let extra = self.path().join("extra.c");
        fs::write(&extra, more).unwrap();
        let greeter = [("FINGERPRINT", PluginTrait::Greeter)];
        self.compile_sources(name, &greeter, macros, &[&sources().join("c/greeter.c"), &extra])
    }

    /// The same, with more arguments for the compiler. Libraries are looked for
    /// here.
    pub(crate) fn compile_with(
        &self,
        name: &str,
        macros: &[&str],
        more: &str,
        arguments: &[&str],
    ) -> PathBuf {
        let extra = self.path().join("extra.c");
        fs::write(&extra, more).unwrap();
        let folder = format!("-L{}", self.path().display());
        let arguments = [&[folder.as_str()], arguments].concat();
        let arguments: Vec<_> = arguments.iter().map(Path::new).collect();
        let main = sources().join("c/greeter.c");
        let sources = [&[&*main, &extra], &arguments[..]].concat();
        let greeter = [("FINGERPRINT", PluginTrait::Greeter)];
        self.compile_sources(name, &greeter, macros, &sources)
    }

    /// Compiles sources of C to here, with macros for the fingerprints of
    /// interfaces and others.
    pub(crate) fn compile_sources(
        &self,
        name: &str,
        interfaces: &[(&str, PluginTrait)],
        macros: &[&str],
        sources: &[&Path],
    ) -> PathBuf {
        let path = self.library(name);
        let fingerprint = |(name, interface): &(&str, PluginTrait)| {
            let fingerprint = interface.fingerprint();
            let [low, high] = [fingerprint as u64, (fingerprint >> 64) as u64];
            format!("-D{name}={{{low:#x}, {high:#x}}}")
        };
        let status = Command::new("gcc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-o"])
            .arg(&path)
            .args(interfaces.iter().map(fingerprint))
            .args(macros.iter().map(|m| format!("-D{m}")))
            .args(sources)
            .status()
            .expect("the tests need gcc");
        assert!(status.success());
        path
    }

    /// A file with that content.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.library(name);
        fs::write(&path, content).unwrap();
        path
    }
}

/// Whether a library of that name is mapped: its private copy bears the name.
pub(crate) fn is_mapped(name: &str) -> bool {
    !mapped(name).is_empty()
}

/// What this process maps. Another test may map a file whose name is not text.
#[cfg(unix)]
pub(crate) fn maps() -> String {
    String::from_utf8_lossy(&fs::read("/proc/self/maps").unwrap()).into_owned()
}

/// The files of that name whose code is mapped. The backtrace of a panic maps a file
/// too, to read its debug information, and keeps it until it needs other files.
#[cfg(unix)]
pub(crate) fn mapped(name: &str) -> BTreeSet<String> {
    let wanted = format!("lib{name}.{DLL_EXTENSION}");
    let maps = maps();
    let files = maps.lines().filter_map(|line| {
        let mut fields = line.splitn(6, ' ');
        fields.nth(1)?.contains('x').then(|| fields.nth(3))?
    });
    files.filter(|file| file.contains(&wanted)).map(|file| file.trim().to_owned()).collect()
}

/// The files of that name that are mapped.
#[cfg(windows)]
#[expect(unsafe_code, reason = "asks the system")]
pub(crate) fn mapped(name: &str) -> BTreeSet<String> {
    use windows_sys::Win32::Foundation::HMODULE;
    use windows_sys::Win32::System::LibraryLoader::GetModuleFileNameW;
    use windows_sys::Win32::System::ProcessStatus::K32EnumProcessModules;
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let mut modules: [HMODULE; 1024] = [std::ptr::null_mut(); 1024];
    let (size, mut needed) = (size_of_val(&modules) as u32, 0);
    // SAFETY: the answers go to `modules`, whose size is passed, and to `needed`.
    let known = unsafe {
        K32EnumProcessModules(GetCurrentProcess(), modules.as_mut_ptr(), size, &mut needed)
    };
    assert!(known != 0 && needed <= size);
    let wanted = format!("lib{name}.{DLL_EXTENSION}");
    let path = |module: &HMODULE| {
        let mut path = [0; 1024];
        // SAFETY: the answer goes to `path`, whose length is passed.
        let len = unsafe { GetModuleFileNameW(*module, path.as_mut_ptr(), 1024) };
        String::from_utf16_lossy(&path[..len as usize])
    };
    let paths = modules[..needed as usize / size_of::<HMODULE>()].iter().map(path);
    paths.filter(|path| path.ends_with(&wanted)).collect()
}
