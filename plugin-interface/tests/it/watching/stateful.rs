//! State that goes from a version to the one that replaces it.

use std::fs;

use fixture_interface::Tally;
use plugin_interface::{
    LoadError, PluginManager, PluginTrait, WatchError, WatchEvent, WatchOptions,
};

use crate::fixtures::Directory;
use crate::numbered_builds::replace;

#[test]
fn a_plugin_that_changes_keeps_its_state_unless_somebody_uses_it() {
    let directory = Directory::new();
    let path = directory.add("stateful", "tallying");
    let mut build = fs::read(&path).unwrap();
    let mut rebuild = || {
        build.push(0);
        replace(&path, &build);
    };
    let (mut sums, mut kept, mut reported) = (Vec::new(), None, Vec::new());
    let (of, options) = (PluginTrait::of::<dyn Tally>(), WatchOptions::default());
    PluginManager::new().watch_and_load_blocking(directory.path(), of, options, |event| {
        match event {
            WatchEvent::Handles(handles, _) => {
                let mut tally = handles[0].proxy::<dyn Tally>().unwrap();
                sums.push(tally.add(10));
                kept = (sums.len() == 2).then_some(tally);
                rebuild();
            }
            WatchEvent::Error(WatchError::Load { error, serving, .. }) => {
                assert!(serving);
                reported.push(match error {
                    LoadError::StateInUse { .. } => "in use",
                    LoadError::Restore { .. } => "rejected",
                    other => panic!("{other}"),
                });
                kept = None;
                if reported.len() == 2 {
                    return false;
                }
                rebuild();
            }
            WatchEvent::Unloaded { .. } => {}
            other => panic!("{other}"),
        }
        true
    });
    assert_eq!((sums, reported), (vec![10, 20, 30], vec!["in use", "rejected"]));
}
