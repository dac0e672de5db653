//! The ways of loading that have a policy.

use std::time::Duration;

use plugin_interface::process::Worker;
use plugin_interface::{
    Greeter, HotEvent, HotOptions, LiveEvent, LiveOptions, LoadPolicy, PluginEvent, PluginManager,
    PluginTrait, Plugins, PluginsOptions, WatchEvent, WatchOptions,
};

use crate::deadline::within;
use crate::gate::Place;

/// A way of loading.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    /// `false` if it only looks, or maps in another process.
    pub(crate) maps: bool,
    /// Loads the file of a place as it is after it was spoiled. Returns the error.
    pub(crate) load: Load,
}

type Load = fn(&Place<'_>, LoadPolicy, &dyn Fn()) -> Result<(), String>;

const FUNCTION: &[&str] = &["plugin_unmaker_counter_Greeter_v1"];

const QUICK: WatchOptions = WatchOptions {
    debounce_ms: 1,
    recursive: false,
    auto_load: true,
    auto_unload: true,
    emit_proxies: false,
};

/// The result of a scan that loaded so many: the one error.
fn scanned(manager: &PluginManager, loaded: usize) -> Result<(), String> {
    assert_eq!(loaded + manager.rejected().len(), 1, "{:?}", manager.rejected());
    manager.rejected().iter().try_for_each(|rejected| Err(format!("{:?}", rejected.error)))
}

fn failed<T, E: std::fmt::Debug>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| format!("{error:?}"))
}

/// Watches until something happens after the file was spoiled. The first version is
/// spoiled before, or when it is loaded.
fn watched(
    place: &Place<'_>,
    policy: LoadPolicy,
    spoil: &dyn Fn(),
    is_next: bool,
) -> Result<(), String> {
    let mut manager = PluginManager::with_policy(policy);
    if !is_next {
        spoil();
    }
    let mut result = None;
    let mut is_spoiled = !is_next;
    let greeter = PluginTrait::Greeter;
    manager.watch_and_load_blocking(place.directory.path(), greeter, QUICK, |event| {
        match event {
            WatchEvent::Handles(..) if !is_spoiled => {
                spoil();
                is_spoiled = true;
                // What was approved is there again.
                result = is_approved(place).then_some(Ok(()));
            }
            WatchEvent::Handles(..) | WatchEvent::Replaced { .. } => result = Some(Ok(())),
            WatchEvent::Error(error) => result = Some(Err(format!("{error:?}"))),
            _ => {}
        }
        result.is_none()
    });
    result.expect("the watch ends by a result")
}

/// Whether the file is still the one that was there first.
fn is_approved(place: &Place<'_>) -> bool {
    std::fs::read(&place.path).unwrap() == place.good()
}

/// Ways that load the first version of a library.
pub(crate) const FIRST: &[Way] = &[
    Way {
        name: "PluginManager::load",
        maps: true,
        load: |place, policy, spoil| {
            let mut manager = PluginManager::with_policy(policy);
            spoil();
            let loaded = manager.load::<dyn Greeter>(place.directory.path()).unwrap().len();
            scanned(&manager, loaded)
        },
    },
    Way {
        name: "load_plugins",
        maps: true,
        load: |place, policy, spoil| {
            let mut manager = PluginManager::with_policy(policy);
            spoil();
            let loaded = manager.load_plugins(place.directory.path(), PluginTrait::Greeter);
            let loaded = loaded.unwrap().len();
            scanned(&manager, loaded)
        },
    },
    Way {
        name: "load_all",
        maps: true,
        load: |place, policy, spoil| {
            let mut manager = PluginManager::with_policy(policy);
            spoil();
            let loaded = manager.load_all(place.directory.path()).unwrap().len();
            scanned(&manager, loaded)
        },
    },
    Way {
        name: "load_library",
        maps: true,
        load: |place, policy, spoil| {
            spoil();
            failed(PluginManager::with_policy(policy).load_library(&place.path))
        },
    },
    Way {
        name: "load_isolated",
        maps: false,
        load: |place, policy, spoil| {
            spoil();
            // A worker that would say that it was started.
            let worker = Worker::new(place.directory.path().join("nobody"));
            match PluginManager::with_policy(policy).load_isolated(&place.path, worker) {
                Err(error) if format!("{error:?}").contains("nobody") => Ok(()),
                result => failed(result),
            }
        },
    },
    Way {
        name: "examine",
        maps: false,
        load: |place, policy, spoil| {
            spoil();
            failed(PluginManager::with_policy(policy).examine(&place.path))
        },
    },
    Way {
        name: "survey",
        maps: false,
        load: |place, policy, spoil| {
            spoil();
            let entries = PluginManager::with_policy(policy).survey(place.directory.path());
            let [entry] = <[_; 1]>::try_from(entries.unwrap()).unwrap();
            failed(entry.result)
        },
    },
    Way {
        name: "Plugins::fits",
        maps: false,
        load: |place, policy, spoil| {
            spoil();
            failed(PluginsOptions::new().policy(policy).fits::<dyn Greeter>(&place.path))
        },
    },
    Way {
        name: "Plugins::open",
        maps: true,
        load: |place, policy, spoil| {
            spoil();
            let options = PluginsOptions::new().policy(policy);
            let plugins = options.open::<dyn Greeter>(place.directory.path()).unwrap();
            refused_or(&plugins, !plugins.all().is_empty())
        },
    },
    Way {
        name: "Live::open",
        maps: true,
        load: |place, policy, spoil| {
            spoil();
            failed(LiveOptions::new().policy(policy).open::<dyn Greeter>(&place.path).map(drop))
        },
    },
    Way {
        name: "PluginManager::live",
        maps: true,
        load: |place, policy, spoil| {
            spoil();
            let mut manager = PluginManager::with_policy(policy);
            failed(manager.live::<dyn Greeter>(&place.path).map(drop))
        },
    },
    Way {
        name: "HotLibrary::open",
        maps: true,
        load: |place, policy, spoil| {
            spoil();
            failed(HotOptions::new().policy(policy).open(&place.path, FUNCTION).map(drop))
        },
    },
    Way {
        name: "a watch",
        maps: true,
        load: |place, policy, spoil| watched(place, policy, spoil, false),
    },
];

/// Ways that load the next version of a library.
pub(crate) const NEXT: &[Way] = &[
    Way {
        name: "Live::reload",
        maps: true,
        load: |place, policy, spoil| {
            let live = LiveOptions::new().policy(policy).open::<dyn Greeter>(&place.path).unwrap();
            spoil();
            let reloaded = failed(live.reload());
            assert_eq!(live.get().name() == "good", reloaded.is_err() || is_approved(place));
            reloaded
        },
    },
    Way {
        name: "Live::watch",
        maps: true,
        load: |place, policy, spoil| {
            let options = LiveOptions::new().policy(policy);
            let live = options.watch::<dyn Greeter>(&place.path).unwrap();
            let mut events = live.events();
            spoil();
            if is_approved(place) {
                return Ok(());
            }
            within("the result of the reload", || {
                loop {
                    match events.next().unwrap() {
                        LiveEvent::Replaced { .. } => return Ok(()),
                        LiveEvent::Refused { message, .. } if place.is_between(&message) => {}
                        LiveEvent::Refused { message, .. } => return Err(message),
                        _ => {}
                    }
                }
            })
        },
    },
    Way {
        name: "a manager's live, by its watch",
        maps: true,
        load: |place, policy, spoil| {
            let mut manager = PluginManager::with_policy(policy);
            let live = manager.live::<dyn Greeter>(&place.path).unwrap();
            spoil();
            if is_approved(place) {
                return Ok(());
            }
            let mut result = None;
            let (greeter, directory) = (PluginTrait::Greeter, place.directory.path());
            manager.watch_and_load_blocking(directory, greeter, QUICK, |event| {
                match event {
                    WatchEvent::Replaced { .. } => result = Some(Ok(())),
                    WatchEvent::Error(error) => result = Some(Err(format!("{error:?}"))),
                    _ => {}
                }
                result.is_none()
            });
            assert_eq!(live.get().name() == "good", result.as_ref().unwrap().is_err());
            result.unwrap()
        },
    },
    Way {
        name: "HotLibrary::check_and_reload",
        maps: true,
        load: |place, policy, spoil| {
            let options = HotOptions::new().policy(policy);
            let library = options.open(&place.path, FUNCTION).unwrap();
            spoil();
            failed(library.check_and_reload())
        },
    },
    Way {
        name: "HotLibrary::watch",
        maps: true,
        load: |place, policy, spoil| {
            let options = HotOptions::new().policy(policy);
            let library = options.open(&place.path, FUNCTION).unwrap();
            let (sender, results) = std::sync::mpsc::channel();
            library.on_reload(move |event| {
                let _ = match event {
                    HotEvent::Reloaded { .. } => sender.send(Ok(())),
                    HotEvent::Refused { message, .. } => sender.send(Err(message.clone())),
                    _ => Ok(()),
                };
            });
            let watch = library.watch();
            spoil();
            let result = match is_approved(place) {
                true => Ok(()),
                false => within("the result of the reload", || {
                    let mut results = results.iter();
                    let is_last = |result: &Result<(), String>| {
                        !result.as_ref().is_err_and(|refused| place.is_between(refused))
                    };
                    results.find(is_last).expect("the library outlives the watch")
                }),
            };
            drop(watch);
            result
        },
    },
    Way {
        name: "a watch that loaded it",
        maps: true,
        load: |place, policy, spoil| watched(place, policy, spoil, true),
    },
    Way {
        name: "Plugins that loaded it",
        maps: true,
        load: |place, policy, spoil| {
            let options = PluginsOptions::new().policy(policy);
            let plugins = options.open::<dyn Greeter>(place.directory.path()).unwrap();
            let mut events = plugins.events();
            let is_there = plugins.all().len() == 1;
            assert!(is_there, "{:?}", plugins.rejected());
            spoil();
            if is_approved(place) {
                return Ok(());
            }
            within("the result of the reload", || {
                loop {
                    match events.next().unwrap() {
                        PluginEvent::Replaced { .. } => return Ok(()),
                        PluginEvent::Failed { error, .. } => {
                            let refused = format!("{error:?}");
                            if !place.is_between(&refused) {
                                return Err(refused);
                            }
                        }
                        _ => {}
                    }
                }
            })
        },
    },
];

/// Waits for the error of a file that was not loaded.
fn refused_or(plugins: &Plugins<dyn Greeter>, is_loaded: bool) -> Result<(), String> {
    if is_loaded {
        return Ok(());
    }
    within("the refusal is known", || {
        loop {
            if let [error, ..] = &plugins.rejected()[..] {
                return Err(format!("{error:?}"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    })
}
