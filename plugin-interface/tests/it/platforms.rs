//! Libraries of other platforms and linkers are read like those of this one.

use std::fs;
use std::path::Path;
use std::process::Command;

use plugin_interface::{
    InspectError, LoadError, PluginManager, PluginMetadata, built_for, inspect,
};

use crate::builds::build;
use crate::compilers::is_thorough;
use crate::fixtures::{Directory, fixture};
use crate::images::{Processor, mach_o, pe, section, universal};

#[test]
fn metadata_is_read_from_the_formats_of_other_platforms() {
    let directory = Directory::new();
    let section = section(fixture("healthy"), &directory.path().join("section"));
    let expected = PluginMetadata::from_section(&section).unwrap();
    assert_eq!(expected, inspect(fixture("healthy")).unwrap());
    for (name, image) in [("mach_o", mach_o(Processor::X86, &section)), ("pe", pe(&section))] {
        let path = directory.write(name, &image);
        assert_eq!(inspect(&path).unwrap(), expected, "{name}");
        let refused = PluginManager::new().load_library(&path).unwrap_err();
        assert!(refused.to_string().contains(" on x86_64, this host runs on "), "{refused}");
        let half = directory.write("half", &image[..image.len() / 2]);
        assert!(matches!(inspect(half), Err(InspectError::Damaged { .. })), "{name}");
    }
}

/// Returns the machine that the refusal of a load names.
#[track_caller]
fn refused_for(path: &Path) -> String {
    match PluginManager::new().load_library(path).unwrap_err() {
        LoadError::Inspect(InspectError::OtherMachine { found, .. }) => found,
        other => panic!("{other}"),
    }
}

#[test]
fn a_library_of_another_system_is_called_so_whatever_its_name() {
    let directory = Directory::new();
    let section = section(fixture("healthy"), &directory.path().join("section"));
    let mut other = fs::read(fixture("healthy")).unwrap();
    let (arm, none) = (183u16.to_le_bytes(), 0xfedcu16.to_le_bytes());
    let mut with_machine = |machine: [u8; 2]| {
        other[18..20].copy_from_slice(&machine);
        other.clone()
    };
    let cases = [
        ("Windows on x86_64", pe(&section)),
        ("macOS on x86_64", mach_o(Processor::X86, &section)),
        ("macOS on aarch64", mach_o(Processor::Arm, &section)),
        ("Linux on aarch64", with_machine(arm)),
        ("Linux on an unknown processor", with_machine(none)),
    ];
    for (expected, image) in cases {
        for name in ["libx.so", "x.dll", "libx.dylib", "no_suffix"] {
            let path = directory.write(name, &image);
            let system = built_for(&path).unwrap();
            assert_eq!((system.to_string(), system.is_this_machine()), (expected.into(), false));
            assert_eq!(refused_for(&path), expected, "{name}");
        }
    }
    let here = built_for(fixture("healthy")).unwrap();
    assert!(here.is_this_machine());
    assert_eq!(here.to_string(), format!("Linux on {}", std::env::consts::ARCH));
}

#[test]
fn of_a_universal_file_the_library_for_this_processor_is_read() {
    let directory = Directory::new();
    let metadata = section(fixture("healthy"), &directory.path().join("section"));
    let expected = PluginMetadata::from_section(&metadata).unwrap();
    let (arm, x86) = (mach_o(Processor::Arm, &metadata), mach_o(Processor::X86, &metadata));
    let (first, second) = ((Processor::Arm, &arm[..]), (Processor::X86, &x86[..]));
    for (libraries, named) in [
        (&[first, second][..], "macOS on aarch64 and x86_64"),
        (&[second], "macOS on x86_64"),
        (&[first], "macOS on aarch64"),
    ] {
        let path = directory.write("libx.dylib", &universal(libraries));
        assert_eq!(built_for(&path).unwrap().to_string(), named);
        assert_eq!(inspect(&path).unwrap(), expected, "{named}");
        assert!(refused_for(&path).starts_with("macOS on "), "{named}");
    }
    // The first is not the one for this processor, and none.
    let path = directory.write("libx.dylib", &universal(&[(Processor::Arm, b"none"), second]));
    assert_eq!(inspect(&path).is_ok(), cfg!(target_arch = "x86_64"));

    let whole = universal(&[first, second]);
    for len in (16..whole.len()).step_by(61).chain([whole.len() - 1]) {
        let cut = directory.write("cut", &whole[..len]);
        assert!(matches!(inspect(cut), Err(InspectError::Damaged { .. })), "cut to {len}");
    }
    let none = directory.write("none", &universal(&[]));
    assert!(matches!(inspect(none), Err(InspectError::NotALibrary { .. })));
    // The class of a Java program, version 52.
    let class = [&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52][..], &[1; 4096]].concat();
    assert!(matches!(
        inspect(directory.write("class", &class)),
        Err(InspectError::NotALibrary { .. })
    ));
}

/// A setting of the profile by which a library is built.
fn profile(setting: &str) -> Vec<String> {
    vec!["--config".to_owned(), format!("profile.release.{setting}")]
}

/// Builds the fixture `strict` in that folder. Its metadata must be there, and the
/// library must load.
fn build_strict(form: &str, folder: &str, arguments: &[&str], options: &[String]) {
    let options = options.iter().map(String::as_str);
    let arguments: Vec<_> =
        arguments.iter().copied().chain(["--package", "strict"]).chain(options).collect();
    let built = build(&format!("fixtures-{folder}"), "rustc", &[], &arguments);
    loads(&built["strict"], form);
}

/// The library must have the metadata of the fixture `strict`, and must load.
fn loads(library: &Path, form: &str) {
    assert_eq!(inspect(library).unwrap(), inspect(fixture("strict")).unwrap(), "{form}");
    let handles = PluginManager::new().load_library(library).unwrap();
    assert_eq!(handles[0].name(), "Stern", "{form}");
}

#[test]
fn metadata_survives_optimisation() {
    // Each compiles everything again: what removes most together, and each alone
    // where there is time for it.
    let together =
        ["lto = \"fat\"", "opt-level = \"z\"", "strip = \"symbols\"", "codegen-units = 1"];
    let mut forms = vec![("together", together.into_iter().flat_map(profile).collect())];
    if is_thorough() {
        let alone = ["fat", "size", "strip", "units"].into_iter().zip(together.map(profile));
        forms.extend(alone.chain([("thin", profile("lto = \"thin\""))]));
    }
    for (name, options) in forms {
        build_strict(name, name, &["--release"], &options);
    }
}

/// A linker drops what nobody refers to, however it was compiled.
#[test]
fn metadata_survives_linkers() {
    let collect = "-Wl,--gc-sections,-z,start-stop-gc";
    let mut linkers = vec![("bfd", collect), ("gold", "-Wl,--gc-sections")];
    match is_thorough() {
        true => linkers.extend([("lld", collect), ("mold", collect)]),
        false => eprintln!("NOT TESTED with lld and mold: PLUGIN_THOROUGH is not set"),
    }
    for (name, collect) in linkers {
        // For the library alone: everything else is compiled once for all of them.
        let options = [
            "--".to_owned(),
            format!("-Clink-arg=-fuse-ld={name}"),
            format!("-Clink-arg={collect}"),
            "-Clinker-features=-lld".to_owned(),
        ];
        build_strict(name, "linkers", &["--profile=dev"], &options);
    }
}

#[test]
fn metadata_survives_tools_that_rewrite_libraries() {
    let mut tools = vec![
        ("strip", &["-s", "-o", "OUT", "IN"][..]),
        ("objcopy", &["IN", "OUT"]),
        ("objcopy", &["--strip-unneeded", "IN", "OUT"]),
        ("objcopy", &["--compress-debug-sections", "IN", "OUT"]),
    ];
    match is_thorough() {
        true => tools.extend([
            ("patchelf", &["--set-rpath", "$ORIGIN/a/long/way/to/other/libraries", "OUT"][..]),
            ("patchelf", &["--set-soname", "libanother-name-than-that-of-the-file.so", "OUT"]),
        ]),
        false => eprintln!("NOT TESTED with patchelf: PLUGIN_THOROUGH is not set"),
    }
    let directory = Directory::new();
    let (from, to) = (fixture("strict"), directory.library("rewritten"));
    for (tool, arguments) in tools {
        let form = format!("{tool} {arguments:?}");
        // Another inode each time, as a library that is new.
        let _ = fs::remove_file(&to);
        if !arguments.contains(&"IN") {
            fs::copy(from, &to).unwrap();
        }
        let arguments = arguments.iter().map(|argument| match *argument {
            "IN" => from.as_os_str(),
            "OUT" => to.as_os_str(),
            other => other.as_ref(),
        });
        let status = Command::new(tool).args(arguments).status();
        let status = status.unwrap_or_else(|error| panic!("the tests need {tool}: {error}"));
        assert!(status.success(), "{form}");
        assert!(fs::read(&to).unwrap() != fs::read(from).unwrap(), "{form}");
        loads(&to, &form);
    }
}
