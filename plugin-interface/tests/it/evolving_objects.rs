//! Interfaces whose objects are of interfaces that grew, or changed.

use evolving::{Bulb, Lamp, NewerObject, OlderObject};

use crate::evolving::{load, refusal};

struct Ours;

impl Lamp for Ours {
    fn name(&self) -> String {
        "ours".to_owned()
    }
}

impl Bulb for Ours {
    fn name(&self) -> String {
        "our bulb".to_owned()
    }
}

#[test]
fn an_object_of_an_older_plugin_runs_defaults_for_what_it_lacks() {
    let plugin = load::<dyn OlderObject>();
    let lamp = plugin.give();
    assert_eq!((&*lamp.color(), lamp.brightness()), ("an old lamp in white", 7));
    let passed = plugin.given(Some(lamp)).unwrap();
    assert_eq!(passed.color(), "an old lamp in white");
    assert_eq!(plugin.lent(&*passed), "an old lamp");
    assert!(plugin.given(None).is_none());
}

#[test]
fn an_object_of_an_older_host_does_so_in_a_newer_plugin() {
    let plugin = load::<dyn NewerObject>();
    assert_eq!(plugin.lent(&Ours), "our bulb, 40, E40");
    assert_eq!(plugin.given(Some(Box::new(Ours))).unwrap().name(), "our bulb");
    let newer = plugin.give();
    assert_eq!(newer.name(), "a new bulb");
    // Its own, by way of a host that knows less of it.
    assert_eq!(plugin.lent(&*newer), "a new bulb, 40, E40");
}

#[test]
fn an_object_of_a_newer_host_is_less_to_an_older_plugin() {
    let plugin = load::<dyn OlderObject>();
    assert_eq!(plugin.given(Some(Box::new(Ours))).unwrap().color(), "ours in white");
    assert_eq!(plugin.lent(&Ours), "ours");
}

#[test]
fn an_object_that_does_not_fit_is_refused_and_named() {
    let one = "(version 1.0) and plugin (version 1.0)";
    for (found, object, versions, difference) in [
        (
            refusal::<dyn evolving::ObjectRetyped>(),
            "Dimmer",
            one,
            "\n  method dim:\n    host   fn dim(&self, by: u32)\n    plugin fn dim(&self, _by: u64)",
        ),
        (
            refusal::<dyn evolving::DeepBehind>(),
            "Dimmer",
            one,
            "\n  method dim:\n    host   fn dim(&self, by: u32)\n    plugin fn dim(&self, _by: u64)",
        ),
        (
            refusal::<dyn evolving::ObjectOfMajor>(),
            "Candle",
            "(version 2.0) and plugin (version 1.0)",
            "",
        ),
        (
            refusal::<dyn evolving::ObjectRenamed>(),
            "Torch",
            one,
            "\n  method name:\n    host   fn name(&self) -> String\n    plugin fn called(&self) -> String",
        ),
        (
            refusal::<dyn evolving::ObjectShared>(),
            "Spark",
            one,
            "\n  its threads:\n    host   Send + Sync\n    plugin Send, not Sync",
        ),
    ] {
        let version = if versions == one { "version" } else { "major version" };
        let expected = format!(
            "the interface evolving::{object} is not the same in host {versions}{difference}\n  build both against one {version} of the crate that defines the interface"
        );
        assert_eq!(found, expected);
    }
}
