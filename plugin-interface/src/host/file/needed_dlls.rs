//! The libraries that a library of Windows needs, by the names of their files.

use object::NameOrOrdinal;
use object::read::pe::PeFile64;
use object::read::{Object, ReadRef};

/// Returns the names without those of the system, which each process finds.
pub(super) fn needed<'d, R: ReadRef<'d>>(file: &PeFile64<'d, R>) -> Result<Vec<String>, String> {
    let mut names = imported(file)?;
    names.retain(|name| !is_of_system(name));
    Ok(names)
}

/// Returns `true` if a library exports a function or variable of that name.
pub(super) fn exports<'d, R: ReadRef<'d>>(
    file: &PeFile64<'d, R>,
    name: &str,
) -> Result<bool, String> {
    let exports = file.exports().map_err(unreadable)?;
    let mut names = exports
        .map(|export| export.map(|export| export.name() == NameOrOrdinal::Name(name.as_bytes())));
    names.try_fold(false, |found, is_it| Ok(found || is_it?)).map_err(unreadable)
}

fn unreadable(error: object::Error) -> String {
    error.to_string()
}

fn imported<'d, R: ReadRef<'d>>(file: &PeFile64<'d, R>) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for import in file.imports().map_err(unreadable)? {
        let import = import.map_err(unreadable)?;
        let name = String::from_utf8_lossy(import.library()).into_owned();
        if !names.iter().any(|known: &String| known.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Returns `true` for a library that is looked for in the directory of the
/// system alone, or that each version of Windows has.
fn is_of_system(name: &str) -> bool {
    const SYSTEM: &[&str] = &[
        "advapi32.dll",
        "bcrypt.dll",
        "bcryptprimitives.dll",
        "combase.dll",
        "dbghelp.dll",
        "gdi32.dll",
        "imm32.dll",
        "kernel32.dll",
        "kernelbase.dll",
        "msvcrt.dll",
        "ntdll.dll",
        "ole32.dll",
        "oleaut32.dll",
        "psapi.dll",
        "rpcrt4.dll",
        "shell32.dll",
        "shlwapi.dll",
        "ucrtbase.dll",
        "user32.dll",
        "userenv.dll",
        "ws2_32.dll",
    ];
    let name = name.to_ascii_lowercase();
    let is_set = name.starts_with("api-ms-win-") || name.starts_with("ext-ms-win-");
    is_set || SYSTEM.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_the_system_are_known_in_any_spelling() {
        for name in ["KERNEL32.dll", "kernel32.dll", "api-ms-win-crt-heap-l1-1-0.dll"] {
            assert!(is_of_system(name), "{name}");
        }
        for name in ["helper.dll", "kernel32.dll.dll", "vcruntime140.dll"] {
            assert!(!is_of_system(name), "{name}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_program_names_each_library_once() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let file = PeFile64::parse(&file[..]).unwrap();
        let names = imported(&file).unwrap();
        let is_kernel = |name: &&String| name.eq_ignore_ascii_case("kernel32.dll");
        assert_eq!(names.iter().filter(is_kernel).count(), 1, "{names:?}");
        assert!(!needed(&file).unwrap().iter().any(|name| is_of_system(name)));
    }
}
