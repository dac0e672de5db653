//! What a library says it was built from: `inspect`, `inspect --sbom` and
//! `check --advisories`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};

use crate::environment::{Answer, Directory, file_name, plugin_host};

/// Compiles a plugin with that content of the section `.dep-v0`.
fn plugin(directory: &Directory, section: &[u8]) -> PathBuf {
    let mut bytes = String::new();
    section.iter().for_each(|byte| write!(bytes, ".byte {byte}\\n").unwrap());
    let flags = if cfg!(windows) { "dr" } else { "a" };
    let more = format!("__asm__(\".section \\\".dep-v0\\\",\\\"{flags}\\\"\\n{bytes}.text\");\n");
    directory.compile("a", &["COUNTER"], &more)
}

/// The list as `cargo auditable` writes it.
fn packed(list: &Value) -> Vec<u8> {
    compress_to_vec_zlib(list.to_string().as_bytes(), 7)
}

fn list() -> Value {
    json!({ "format": 1, "packages": [
        { "name": "a", "version": "0.1.0", "source": "local", "dependencies": [1, 2], "root": true },
        { "name": "leaky", "version": "1.2.2", "source": "crates.io", "dependencies": [2] },
        { "name": "cc", "version": "1.0.0+x", "source": "crates.io", "kind": "build" },
    ]})
}

fn inspect(library: &Path, more: &[&str]) -> Answer {
    plugin_host(&[&["inspect", library.to_str().unwrap()], more].concat())
}

#[test]
fn the_crates_in_a_library_are_listed() {
    let directory = Directory::new();
    let library = plugin(&directory, &packed(&list()));
    let text = inspect(&library, &[]);
    assert_eq!(text.code, 0, "{text:?}");
    let expected = "\ncrates       cc 1.0.0+x (for its build)\n             leaky 1.2.2\n";
    assert!(text.out.contains(expected), "{text:?}");
    let report = inspect(&library, &["--json"]).json();
    let leaky =
        json!({ "name": "leaky", "version": "1.2.2", "source": "crates.io", "build": false });
    assert_eq!(report["crates"][1], leaky, "{report:#}");
    let without = inspect(&directory.compile("b", &[], ""), &["--json"]).json();
    assert!(without.get("crates").is_none(), "{without:#}");
}

#[test]
fn a_bill_of_materials_names_each_crate_and_what_it_needs() {
    let directory = Directory::new();
    let library = plugin(&directory, &packed(&list()));
    let bill = inspect(&library, &["--sbom"]).json();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
    let this = &bill["metadata"]["component"];
    assert_eq!(this["hashes"][0]["content"].as_str().unwrap().len(), 64, "{bill:#}");
    let [leaky, cc] = &bill["components"].as_array().unwrap()[..] else { panic!("{bill:#}") };
    assert_eq!(
        (&leaky["purl"], &leaky["scope"]),
        (&json!("pkg:cargo/leaky@1.2.2"), &json!("required"))
    );
    assert_eq!((&cc["purl"], &cc["scope"]), (&json!("pkg:cargo/cc@1.0.0%2Bx"), &json!("excluded")));
    let needs = |of: &Value, on: &[&Value]| {
        json!({ "ref": of["bom-ref"], "dependsOn":
        on.iter().map(|it| &it["bom-ref"]).collect::<Vec<_>>() })
    };
    let expected = json!([needs(this, &[leaky, cc]), needs(leaky, &[cc]), needs(cc, &[])]);
    assert_eq!(bill["dependencies"], expected, "{bill:#}");
    // Each once.
    let mut again = list();
    again["packages"][1]["dependencies"] = json!([2, 2, 2]);
    let repeated = inspect(&plugin(&directory, &packed(&again)), &["--sbom"]).json();
    assert_eq!(repeated["dependencies"], bill["dependencies"]);
    let library = plugin(&directory, &packed(&list()));
    // The same library gives the same text.
    assert_eq!(inspect(&library, &["--sbom"]).out, inspect(&library, &["--sbom"]).out);
    let unlisted = inspect(&directory.compile("b", &[], ""), &["--sbom"]).json();
    assert_eq!(unlisted["compositions"][0]["aggregate"], "unknown", "{unlisted:#}");
}

#[test]
fn a_bad_list_is_an_error_and_a_bomb_is_not_unpacked() {
    let directory = Directory::new();
    let mut far = list();
    far["packages"][1]["dependencies"] = json!([7]);
    let mut circle = list();
    circle["packages"][2]["dependencies"] = json!([1]);
    let bomb = compress_to_vec_zlib(&vec![b' '; 64 << 20], 9);
    assert!(bomb.len() < 1 << 17, "{}", bomb.len());
    let mut long = list();
    long["packages"][2]["name"] = json!("c".repeat(1 << 19));
    long["packages"][1]["dependencies"] = json!(vec![2; 1 << 17]);
    let cases: [(Vec<u8>, &str); 9] = [
        (bomb, "found more than 1048576 bytes of text"),
        (vec![0xff; 40], "found no sound zlib data"),
        (packed(&list())[..30].to_vec(), "found no sound zlib data"),
        (compress_to_vec_zlib(b"{\"packages\": 1}", 1), "found other JSON"),
        (compress_to_vec_zlib("[".repeat(1 << 20).as_bytes(), 1), "found other JSON"),
        (compress_to_vec_zlib(b"\"\xff\"", 1), "found no UTF-8"),
        (packed(&far), "found a dependency on crate 7 of 3"),
        (packed(&circle), "found other JSON"),
        (packed(&long), "found a name of a crate with more than 256 bytes"),
    ];
    let named = format!("{}: expected a list of crates", file_name("a"));
    for (section, expected) in cases {
        let library = plugin(&directory, &section);
        for more in [&[][..], &["--sbom"]] {
            let answer = inspect(&library, more);
            assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{expected}: {answer:?}");
            assert!(answer.err.contains(expected), "{expected}: {answer:?}");
            assert!(answer.err.contains(&named), "{answer:?}");
        }
    }
}

const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"leaky\"\n\
    date = \"2024-01-01\"\n\n[versions]\npatched = [\">= 1.2.3\"]\n```\n\n# It leaks\n";

#[test]
fn a_crate_with_a_known_fault_is_refused() {
    let directory = Directory::new();
    let database = tempfile::tempdir().unwrap();
    let folder = database.path().join("crates/leaky");
    fs::create_dir_all(&folder).unwrap();
    fs::write(database.path().join("README.md"), "a database").unwrap();
    let file = folder.join("RUSTSEC-2024-0001.md");
    fs::write(&file, ADVISORY).unwrap();
    let library = plugin(&directory, &packed(&list()));
    let check = |advisories: &Path| {
        let advisories = ["--advisories", advisories.to_str().unwrap()];
        plugin_host(&[&["check", library.to_str().unwrap()], &advisories[..]].concat())
    };
    for advisories in [database.path(), &file] {
        let answer = check(advisories);
        let expected = "leaky 1.2.2: RUSTSEC-2024-0001, It leaks; build it with >=1.2.3";
        assert!(answer.code == 4 && answer.out.contains(expected), "{answer:?}");
    }
    fs::write(&file, ADVISORY.replace("1.2.3", "1.2.2")).unwrap();
    let answer = check(database.path());
    assert!(answer.code == 0 && answer.out.contains("passed   advisories"), "{answer:?}");
    fs::write(&file, "no advisory").unwrap();
    let answer = check(database.path());
    let expected = "RUSTSEC-2024-0001.md: expected TOML between";
    assert!(answer.code == 1 && answer.err.contains(expected), "{answer:?}");
    let absent = check(&database.path().join("absent"));
    assert!(absent.code != 0 && absent.err.contains("cannot read "), "{absent:?}");
    fs::write(&file, ADVISORY).unwrap();
    directory.compile("a", &["COUNTER"], "");
    let answer = check(database.path());
    let expected = "it does not say which crates are in it";
    assert!(answer.code == 1 && answer.out.contains(expected), "{answer:?}");
}
