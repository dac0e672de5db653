//! The settings of a plugin, in `inspect` and by `--config`.

use std::fs;

use crate::environment::{Directory, example, plugin_host};

fn configured(text: &str) -> (Directory, String) {
    let directory = Directory::new();
    example("configured", "config/plugin.rs", &directory);
    let file = directory.path().join("plugins.toml");
    fs::write(&file, text.replace("[plugin.", "[plugins.example.")).unwrap();
    let option = format!("--config={}", file.display());
    (directory, option)
}

#[test]
fn inspect_lists_the_settings() {
    let directory = Directory::new();
    let library = example("configured", "config/plugin.rs", &directory);
    let answer = plugin_host(&["inspect".as_ref(), library.as_os_str()]);
    let (_, of_few) = answer.out.split_once("settings     of Few\n").expect(&answer.out);
    let lines: Vec<_> = of_few.lines().take(19).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "quality = 80: an integer from 1 to 100",
            "extra: true or false",
            "limit: an integer",
            "settings     of Told",
            "quality = 80: an integer from 1 to 100. The quality of the picture.",
            "patient = false: true or false. Whether to wait.",
            "gamma = 0.5: a number from 0 to 1",
            "name = \"out.png\": a text",
            "folder (required): a path. Where the pictures are.",
            "speed = \"very-fast\": one of \"slow\", \"very-fast\"",
            "tags = [\"a\", \"b\"]: a list, each of a text",
            "sizes: a list, each of an integer from 0 to 65535",
            "limit: an integer",
            "filters = []: a list, each of a table",
            "filters[].name (required): a text",
            "filters[].strength = -1: an integer from -5 to 5",
            "colours: a table, each value of an integer from 0 to 4294967295",
            "cache: a table",
            "cache.entries = 16: an integer from 0 on",
        ]
    );
    let json = plugin_host(&["inspect".as_ref(), "--json".as_ref(), library.as_os_str()]).json();
    let settings = &json["interfaces"][0]["settings"][1]["settings"];
    assert_eq!(settings[4]["key"], "folder");
    assert_eq!((&settings[4]["required"], &settings[0]["default"]), (&true.into(), &"80".into()));
}

#[test]
fn the_program_configures_plugins_and_names_mistakes() {
    let (directory, option) = configured("[plugin.settings]\nfolder = \"/pictures\"\n");
    for command in ["run", "check", "list"] {
        let answer = plugin_host(&directory.arguments(&[command, &option]));
        assert_eq!(answer.code, 0, "{answer:?}");
    }
    let answer = plugin_host(&directory.arguments(&["run", &option]));
    assert!(answer.out.contains("/pictures"), "{answer:?}");
    let (directory, option) = configured("[plugin.settings]\nfolder = 1\n");
    for command in ["run", "check", "list"] {
        let answer = plugin_host(&directory.arguments(&[command, &option]));
        assert_eq!(answer.code, 1, "{answer:?}");
        let all = format!("{}{}", answer.out, answer.err);
        assert!(
            all.contains(
                "plugins.toml:2: expected a path for `plugins.example.settings.folder`, found 1"
            ),
            "{answer:?}"
        );
    }
}

#[test]
fn a_disabled_plugin_is_refused_by_policy() {
    let (directory, option) = configured("[plugins.example]\nenabled = false\n");
    let answer = plugin_host(&directory.arguments(&["run", &option]));
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.err.contains("plugins.toml:2 disables"), "{answer:?}");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let (directory, option) = configured("[plugin]\n");
    let answer = plugin_host(&directory.arguments(&["list", &option]));
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("did you mean `plugins`?"), "{answer:?}");
    let answer = plugin_host(&directory.arguments(&["list", "--config=no/such/plugins.toml"]));
    assert_eq!(answer.code, 2, "{answer:?}");
}
