//! Each kind of mistake has a message with its file, line and key, with what was
//! expected and what was found. None runs code of the plugin.

use std::fs;

use plugin_interface::{
    Configuration, ConfigurationError, ErrorClass, LoadError, PluginManager, Stage,
};

use super::{configuration, directory, library, load};

/// The message of a file that cannot be read as a configuration.
fn of_file(text: &str) -> String {
    Configuration::parse("plugins.toml", text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn mistakes_of_the_file_are_found_when_it_is_read() {
    let cases = [
        ("order = [\"a\"", "plugins.toml:1: unclosed array, expected `]`, found `order = [\"a\"`"),
        (
            "\n[plugins.a]\nenabled = true\nenabled = false\n",
            "plugins.toml:4: duplicate key, found `enabled = false`",
        ),
        (
            "\n[plugin.resize]\n",
            "plugins.toml:2: expected `order` or `plugins`, found the key `plugin`; did you mean `plugins`?",
        ),
        ("colour = 1", "plugins.toml:1: expected `order` or `plugins`, found the key `colour`"),
        (
            "[plugins.resize]\nenable = false\n",
            "plugins.toml:2: expected `enabled` or `settings`, found the key `plugins.resize.enable`; did you mean `enabled`?",
        ),
        (
            "[plugins.\"my plugin\"]\nenabled = \"no\"\n",
            "plugins.toml:2: expected true or false for `plugins.\"my plugin\".enabled`, found \"no\"",
        ),
        (
            "[plugins]\nresize = 1\n",
            "plugins.toml:2: expected a table for `plugins.resize`, found 1",
        ),
        (
            "plugins = []",
            "plugins.toml:1: expected a table for each plugin for `plugins`, found a list",
        ),
        (
            "[plugins.resize]\nsettings = 1979-05-27\n",
            "plugins.toml:2: expected a table for `plugins.resize.settings`, found the time 1979-05-27",
        ),
        (
            "order = \"resize\"",
            "plugins.toml:1: expected a list of the names of packages for `order`, found \"resize\"",
        ),
        (
            "order = [\"a\",\n 1]",
            "plugins.toml:2: expected a list of the names of packages for `order`, found 1",
        ),
        (
            "order = [\n\"a\",\n\"b\",\n\"a\"]",
            "plugins.toml:4: `order` names a again, after line 2; remove one",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of_file(text), expected);
    }
    let key = "a.".repeat(100_000);
    for deep in [
        format!("order = {}", "[".repeat(100_000)),
        format!("{key}b = 1"),
        format!("[plugins.{key}b]\nc = 1"),
        format!("[plugins.a]\nsettings = {{ {key}b = 1 }}"),
    ] {
        let text = of_file(&deep);
        assert!(text.len() < 1000, "{} bytes: {:.200}", text.len(), text);
    }
    let error = Configuration::parse("plugins.toml", b"# \n\xff").unwrap_err();
    assert_eq!(error.to_string(), "plugins.toml:2: expected text in UTF-8, found the byte 0xff");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = Configuration::read(directory.path()).unwrap_err();
    assert!(matches!(error, ConfigurationError::Read { .. }), "{error}");
    let path = directory.path().join("plugins.toml");
    let error = Configuration::read(&path).unwrap_err();
    assert_eq!((error.class(), error.path()), (ErrorClass::Usage, &*path));
    fs::write(&path, "#".repeat(5 << 20)).unwrap();
    let error = Configuration::read(&path).unwrap_err();
    assert!(matches!(error, ConfigurationError::TooLarge { found: 5_242_880, .. }), "{error}");
}

/// The mistakes of settings, as the load reports them.
fn of_settings(text: &str) -> Vec<String> {
    let directory = directory();
    let mut manager = PluginManager::new();
    manager.configure(configuration(text));
    let surveyed = manager.survey(directory.path()).unwrap().remove(0).result.unwrap_err();
    assert!(load(directory.path(), &mut manager).is_empty(), "{text}");
    assert!(!directory.path().join("ran").exists(), "code ran: {text}");
    let rejected = manager.take_rejected().remove(0).error;
    assert_eq!(surveyed.to_string(), rejected.to_string());
    assert_eq!(rejected.stage(), Stage::Admit);
    let LoadError::Settings { mistakes, package, .. } = rejected else { panic!("{rejected}") };
    assert_eq!(package, "plugin-interface");
    mistakes.iter().map(|it| it.to_string()).collect()
}

#[test]
fn mistakes_of_settings_are_found_before_any_code_runs() {
    let wrong = |line, expected, key, found| {
        format!(
            "plugins.toml:{line}: expected {expected} for `plugins.plugin-interface.settings.{key}`, found {found}"
        )
    };
    let cases = [
        ("quality = 101", wrong(3, "an integer from 1 to 100", "quality", "101")),
        ("quality = 0", wrong(3, "an integer from 1 to 100", "quality", "0")),
        ("quality = 8.0", wrong(3, "an integer from 1 to 100", "quality", "8.0")),
        ("quality = \"80\"", wrong(3, "an integer from 1 to 100", "quality", "\"80\"")),
        ("patient = 1", wrong(3, "true or false", "patient", "1")),
        ("gamma = 1.5", wrong(3, "a number from 0 to 1", "gamma", "1.5")),
        ("gamma = nan", wrong(3, "a number from 0 to 1", "gamma", "nan")),
        ("gamma = 2", wrong(3, "a number from 0 to 1", "gamma", "2")),
        ("limit = 9223372036854775808", wrong(3, "an integer", "limit", "9223372036854775808")),
        ("name = 07:32:00", wrong(3, "a text", "name", "the time 07:32:00")),
        ("name = [\"a\"]", wrong(3, "a text", "name", "a list")),
        (
            "speed = \"very_fast\"",
            wrong(3, "one of \"slow\", \"very-fast\"", "speed", "\"very_fast\"; did you mean `very-fast`?"),
        ),
        ("speed = \"red\"", wrong(3, "one of \"slow\", \"very-fast\"", "speed", "\"red\"")),
        ("sizes = [1,\n 2,\n -1]", wrong(5, "an integer from 0 to 65535", "sizes[2]", "-1")),
        ("tags = {}", wrong(3, "a list, each of a text", "tags", "a table")),
        ("colours = { a = true }", wrong(3, "an integer from 0 to 4294967295", "colours.a", "true")),
        ("[plugin.settings.cache]\nentries = -1", {
            wrong(4, "an integer from 0 on", "cache.entries", "-1")
        }),
        ("[[plugin.settings.filters]]", wrong(3, "a text", "filters[0].name", "no value")),
        (
            "[[plugin.settings.filters]]\nname = \"a\"\nstrenght = 1",
            "plugins.toml:5: expected `name` or `strength`, found the key `plugins.plugin-interface.settings.filters[0].strenght`; did you mean `strength`?".to_owned(),
        ),
        (
            "qualty = 1",
            "plugins.toml:3: expected `quality`, `extra`, `limit`, `patient`, `gamma`, `name`, `folder`, `speed`, `tags`, `sizes`, `filters`, `colours`, `cache` or `type`, found the key `plugins.plugin-interface.settings.qualty`; did you mean `quality`?".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        let text = format!("[plugin.settings]\nfolder = \"f\"\n{text}\n");
        assert_eq!(of_settings(&text), [expected], "{text}");
    }
    let missing = "expected a path for `plugins.plugin-interface.settings.folder`, found no value";
    assert_eq!(of_settings("\n[plugin.settings]\n"), [format!("plugins.toml:2: {missing}")]);
    assert_eq!(of_settings(""), [format!("plugins.toml: {missing}")]);
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_their_lines() {
    let mistakes = of_settings("[plugin.settings]\nspeed = 1\nquality = 0\nnaem = \"x\"\n");
    let lines: Vec<_> = mistakes.iter().map(|it| it.split(':').nth(1).unwrap()).collect();
    assert_eq!(lines, ["1", "2", "3", "4"], "{mistakes:?}");
}

#[test]
fn a_mistake_in_what_two_plugins_declare_is_reported_once() {
    let text =
        "[plugins.plugin-interface]\nsettings = { folder = \"f\", quality = 0, limit = 0.5 }\n";
    let mistakes = of_settings(text);
    let keys: Vec<_> = mistakes.iter().map(|it| it.split('`').nth(1).unwrap()).collect();
    let expected =
        ["quality", "limit"].map(|key| format!("plugins.plugin-interface.settings.{key}"));
    assert_eq!(keys, expected, "{mistakes:?}");
    // Two libraries of one package.
    let directory = directory();
    let second = directory.path().join(format!("second{}", std::env::consts::DLL_SUFFIX));
    fs::copy(library(), second).unwrap();
    let found = configuration(text).check_directory(directory.path()).unwrap();
    assert_eq!(found.iter().map(|it| it.to_string()).collect::<Vec<_>>(), mistakes);
}

#[test]
fn text_of_the_file_cannot_disturb_a_terminal() {
    let error = of_file("\"\\u001b[2J\" = 1");
    assert!(!error.contains('\u{1b}') && error.contains("\\u{1b}"), "{error}");
    let error = of_file("order = [\"\\u001b\", \"\\u001b\"]");
    assert!(!error.contains('\u{1b}') && error.contains("\\u{1b}"), "{error}");
    for error in of_settings(
        "[plugin.settings]\n\"\\u001b\" = 1\nname = \"\\u001b\"\nquality = \"\\u001b\"\n",
    ) {
        assert!(!error.contains('\u{1b}'), "{error}");
    }
}
