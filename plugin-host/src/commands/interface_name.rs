//! The interface that an argument names.

use plugin_interface::PluginMetadata;
use plugin_interface::metadata::InterfaceMetadata;

/// The most names that an error lists.
const NAMES: usize = 16;

/// Finds the interface with that full path, or the only one with that name.
pub(crate) fn find<'p>(paths: &[&'p str], name: &str) -> Result<&'p str, String> {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    paths.dedup();
    if let Some(path) = paths.iter().find(|path| **path == name) {
        return Ok(path);
    }
    let is_named = |path: &str| path.rsplit("::").next() == Some(name);
    let named: Vec<_> = paths.iter().copied().filter(|path| is_named(path)).collect();
    match &named[..] {
        [path] => Ok(path),
        [] if paths.is_empty() => Err(format!("no interface is named {name}; there is none")),
        [] => Err(format!("no interface is named {name}; write one of {}", list(&paths))),
        _ => Err(format!("several interfaces are named {name}; write one of {}", list(&named))),
    }
}

fn list(paths: &[&str]) -> String {
    let first = paths.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(NAMES) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

/// Finds the interface of a library with that full path, or the only one with that
/// name.
pub(crate) fn named<'m>(
    metadata: &'m PluginMetadata,
    name: &str,
) -> Result<&'m InterfaceMetadata, String> {
    let all = &metadata.interfaces;
    let paths: Vec<_> = all.iter().map(|interface| interface.path.as_str()).collect();
    let path = find(&paths, name)?;
    Ok(all.iter().find(|interface| interface.path == path).expect("it is one of them"))
}

/// Returns the one interface of a library.
pub(crate) fn only(metadata: &PluginMetadata) -> Result<&InterfaceMetadata, String> {
    match &metadata.interfaces[..] {
        [only] => Ok(only),
        [] => Err("it offers no interface; name another library".to_owned()),
        several => {
            let mut paths: Vec<_> = several.iter().map(|of| of.path.as_str()).collect();
            paths.sort_unstable();
            Err(format!("it offers several interfaces; add --trait with one of {}", list(&paths)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_interface_however_many_libraries_have_it() {
        let paths = ["b::Tool", "a::Part", "b::Tool", "a::Tool", "b::Own"];
        assert_eq!(find(&paths, "Own"), Ok("b::Own"));
        assert_eq!(find(&paths, "b::Tool"), Ok("b::Tool"));
        let several = "several interfaces are named Tool; write one of a::Tool, b::Tool";
        assert_eq!(find(&paths, "Tool"), Err(several.to_owned()));
        for unknown in ["tool", "c::Tool", "b", ""] {
            let error = find(&paths, unknown).unwrap_err();
            assert!(error.ends_with("; write one of a::Part, a::Tool, b::Own, b::Tool"), "{error}");
        }
        let none = "no interface is named Tool; there is none";
        assert_eq!(find(&[], "Tool"), Err(none.to_owned()));
        let names: Vec<_> = (0..40).map(|number| format!("t::T{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(find(&names, "T").is_err_and(|error| error.ends_with(", and 24 more")));
    }
}
