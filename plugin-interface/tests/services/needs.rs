//! The needs of a plugin, which its metadata lists.

use plugin_interface::{
    ErrorClass, Greeter, LiveOptions, LoadError, PluginManager, PluginTrait, ReloadError, Stage,
    inspect,
};

use super::site::{changed, current, major, older};
use super::{Blog, directory, library};

impl changed::Site for Blog {
    fn title(&self) -> Vec<u8> {
        Vec::new()
    }
}

impl major::Site for Blog {
    fn title(&self) -> String {
        String::new()
    }
}

/// Returns the names of the plugins that were created, and the error of the one
/// with a need.
fn load(manager: &mut PluginManager) -> (Vec<String>, Option<LoadError>) {
    let handles = manager.load_plugins(directory().path(), PluginTrait::Greeter).unwrap();
    let names = handles.iter().map(|handle| handle.name().to_owned()).collect();
    let rejected = manager.take_rejected().into_iter().map(|rejected| rejected.error);
    let is_of_needs = |error: &LoadError| {
        matches!(error, LoadError::ServiceMissing { .. } | LoadError::ServiceMismatch { .. })
    };
    (names, rejected.into_iter().find(is_of_needs))
}

#[test]
fn a_need_is_in_the_metadata_with_its_interface() {
    let directory = directory();
    let file = directory.path().join(library().file_name().unwrap());
    let metadata = inspect(file).unwrap();
    let needs = |name| {
        let registration = metadata.registrations.iter().find(|it| it.name == name).unwrap();
        registration.needs.iter().map(|it| (&*it.path, &*it.version)).collect::<Vec<_>>()
    };
    assert_eq!(needs("Needy"), [("services::Site", "1.1")]);
    assert_eq!(needs("Asker"), []);
}

#[test]
fn a_plugin_whose_need_is_missing_is_refused_and_hinders_no_other() {
    let mut manager = PluginManager::new();
    let (names, error) = load(&mut manager);
    assert_eq!(names, ["Asker"]);
    let error = error.unwrap();
    assert_eq!((error.stage(), error.class()), (Stage::Admit, ErrorClass::Incompatible));
    let text = error.to_string();
    assert!(text.ends_with(
        "Needy needs the service services::Site (version 1.1), and the host offers no services; \
         offer it by `provide`, which `PluginManager`, `PluginsOptions` and `LiveOptions` have"
    ), "{text}");
    let LoadError::ServiceMissing { plugin, interface, version, offered, .. } = error else {
        panic!("{error}")
    };
    assert_eq!((&*plugin, &*interface, &*version), ("Needy", "services::Site", "1.1"));
    assert!(offered.is_empty(), "{offered:?}");
}

#[test]
fn a_plugin_whose_need_is_met_is_created_also_by_another_compatible_version() {
    for is_older in [false, true] {
        let mut manager = PluginManager::new();
        match is_older {
            false => manager.provide::<dyn current::Site>(Blog::new("A blog")),
            true => manager.provide::<dyn older::Site>(Blog::new("A blog")),
        };
        let (names, error) = load(&mut manager);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(names, ["Asker", "Needy", "Strict"]);
    }
}

#[test]
fn an_incompatible_service_is_refused_with_both_sides() {
    let mut manager = PluginManager::new();
    manager.provide::<dyn changed::Site>(Blog::new("A blog"));
    let text = load(&mut manager).1.unwrap().to_string();
    for expected in [
        "Needy needs a service in another version: the interface services::Site is not the same",
        "host   fn title(&self) -> Vec<u8>",
        "plugin fn title(&self) -> String",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    // One of two versions is enough.
    manager.provide::<dyn major::Site>(Blog::new("A blog"));
    assert!(load(&mut manager).1.is_some());
    manager.provide::<dyn current::Site>(Blog::new("A blog"));
    assert!(load(&mut manager).1.is_none());
}

#[test]
fn a_library_of_which_nothing_can_be_created_is_not_opened() {
    let directory = directory();
    let file = directory.path().join(library().file_name().unwrap());
    let options = LiveOptions::new().registration("Needy");
    let error = options.clone().open::<dyn Greeter>(&file).unwrap_err();
    let ReloadError::Refused { stage, source, .. } = error else { panic!("{error}") };
    assert!(matches!(*source, LoadError::ServiceMissing { .. }), "{source}");
    assert_eq!(stage, Stage::Admit, "before it was opened");
    let offering = options.provide::<dyn current::Site>(Blog::new("A blog"));
    assert_eq!(offering.open::<dyn Greeter>(&file).unwrap().get().greet("x"), "A blog");
}
