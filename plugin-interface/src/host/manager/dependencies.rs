//! The libraries of one load, as far as their plugins need or provide services: which
//! can be loaded next, and why the others cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::host::compare::fit;
use crate::host::error::{LoadError, NeedStep};
use crate::host::load::needs;
use crate::host::services::offers::Offers;
use crate::metadata::{InterfaceMetadata, PluginMetadata, RegistrationMetadata};

/// The libraries of a load that need or provide services.
#[derive(Default)]
pub(super) struct Dependencies {
    related: Vec<Related>,
    /// The files that were put aside, in order.
    waiting: Vec<PathBuf>,
    failures: Vec<Failure>,
}

/// A library whose plugins need or provide services.
struct Related {
    path: PathBuf,
    plugins: Vec<RegistrationMetadata>,
}

/// The reason why a plugin was not created.
struct Failure {
    path: PathBuf,
    /// `None` for all plugins of the library.
    plugin: Option<String>,
    /// The interface of the service that was missing, if that is the reason.
    missing: Option<Box<str>>,
    message: String,
}

/// The end of the way from a plugin that was not created.
enum End {
    /// Nobody provides the service.
    Nobody,
    Failed(String),
    Cycle,
    /// All is there by now.
    Late,
}

/// The way so far: from a library, by the plugins that provide what is needed.
struct Way<'a> {
    from: &'a Path,
    steps: Vec<NeedStep>,
    /// The libraries that were reached since the first late provider.
    reached: Vec<&'a Path>,
    /// The late providers that were followed, and the libraries that each reached
    /// without a cycle.
    followed: BTreeMap<(&'a Path, &'a str), BTreeSet<&'a Path>>,
}

impl<'a> Way<'a> {
    fn new(from: &'a Path) -> Self {
        Way { from, steps: Vec::new(), reached: Vec::new(), followed: BTreeMap::new() }
    }

    fn has(&self, library: &Path) -> bool {
        self.from == library || self.steps.iter().any(|step| step.provider_path == library)
    }
}

impl Dependencies {
    /// Remembers what a library needs and provides.
    pub(super) fn describe(&mut self, path: &Path, metadata: PluginMetadata) {
        self.related.retain(|related| related.path != path);
        self.failures.retain(|failure| failure.path != path);
        self.related.push(Related { path: path.to_owned(), plugins: metadata.registrations });
    }

    /// Returns `true` for the error of a library that can be loaded when others are.
    pub(super) fn may_wait(error: &LoadError) -> bool {
        matches!(error, LoadError::ServiceMissing { .. } | LoadError::ServiceMismatch { .. })
    }

    /// Puts a file aside until what it needs is there.
    pub(super) fn wait(&mut self, path: &Path) {
        self.waiting.push(path.to_owned());
    }

    /// Remembers an error of a library that was described.
    pub(super) fn fail(&mut self, path: &Path, error: &LoadError) {
        if !self.related.iter().any(|related| related.path == path) {
            return;
        }
        let (plugin, missing) = match error {
            LoadError::ServiceMissing { plugin, interface, .. } => {
                (Some(plugin), Some(interface.clone()))
            }
            LoadError::ServiceMismatch { plugin, .. } => (Some(plugin), None),
            LoadError::Constructor { name, .. }
            | LoadError::ConstructorPanicked { name, .. }
            | LoadError::Start { name, .. }
            | LoadError::StartPanicked { name, .. } => (Some(name), None),
            _ => (None, None),
        };
        let (path, plugin, message) = (path.to_owned(), plugin.cloned(), error.to_string());
        self.failures.push(Failure { path, plugin, missing, message });
    }

    /// Takes a file that waits, and whose needs are met now.
    pub(super) fn take_ready(&mut self, offers: &Offers) -> Option<PathBuf> {
        let at = self.waiting.iter().position(|path| self.has_all(path, offers))?;
        Some(self.waiting.remove(at))
    }

    /// Takes a file of which a plugin was not created for lack of what is there now.
    #[cfg(feature = "watch")]
    pub(super) fn take_completed(&mut self, offers: &Offers) -> Option<PathBuf> {
        let lacked = |it: &Failure| it.missing.is_some() && self.has_all(&it.path, offers);
        let path = self.failures.iter().find(|it| lacked(it))?.path.clone();
        self.failures.retain(|failure| failure.path != path);
        Some(path)
    }

    /// Forgets a file that was removed.
    #[cfg(feature = "watch")]
    pub(super) fn forget(&mut self, path: &Path) {
        self.related.retain(|related| related.path != path);
        self.failures.retain(|failure| failure.path != path);
    }

    /// Returns `true` if the needs of all plugins of a library are met.
    fn has_all(&self, path: &Path, offers: &Offers) -> bool {
        self.plugins_of(path).iter().all(|plugin| needs::are_met(path, plugin, offers))
    }

    /// Takes a file that waits for something that nothing else will bring.
    pub(super) fn take_waiting(&mut self) -> Option<PathBuf> {
        (!self.waiting.is_empty()).then(|| self.waiting.remove(0))
    }

    /// Explains why a service is missing, by the plugins that would provide it. For
    /// when nothing more is loaded.
    pub(super) fn explain(&self, error: &mut LoadError) {
        let LoadError::ServiceMissing { path, plugin, interface, .. } = &*error else { return };
        let mut way = Way::new(path);
        let end = self.follow(path, plugin, interface, &mut way);
        let (path, plugin, way) = (path.clone(), plugin.clone(), way.steps.into());
        *error = match end {
            End::Nobody | End::Late => return,
            End::Cycle => LoadError::ServiceCycle { path, plugin, way },
            End::Failed(reason) => {
                LoadError::ProviderFailed { path, plugin, way, reason: reason.into() }
            }
        };
    }

    /// Follows a plugin to the one that provides what it needs, and further if that
    /// was not created for the same reason.
    fn follow<'a>(&'a self, path: &Path, plugin: &str, interface: &str, way: &mut Way<'a>) -> End {
        let registrations = self.plugins_of(path).iter();
        let mut needs = registrations.filter(|it| it.name == plugin).flat_map(|it| &it.needs);
        let Some(needed) = needs.find(|needed| needed.path == interface) else {
            return End::Nobody;
        };
        let Some((provider_path, provider)) = self.provider_of(needed) else {
            return End::Nobody;
        };
        let is_cycle = way.has(provider_path);
        way.reached.push(provider_path);
        way.steps.push(NeedStep {
            plugin: plugin.to_owned(),
            interface: needed.path.clone(),
            version: needed.version.clone(),
            provider: provider.name.clone(),
            provider_path: provider_path.to_owned(),
        });
        if is_cycle {
            return End::Cycle;
        }
        let is_its = |failure: &&Failure| {
            failure.path == provider_path
                && failure.plugin.as_ref().is_none_or(|plugin| *plugin == provider.name)
        };
        let Some(failure) = self.failures.iter().find(is_its) else {
            return self.follow_late(provider_path, provider, way);
        };
        let further = failure
            .missing
            .as_ref()
            .map(|missing| self.follow(provider_path, &provider.name, missing, way));
        match further {
            None | Some(End::Nobody | End::Late) => End::Failed(failure.message.clone()),
            Some(end) => end,
        }
    }

    /// Follows a provider that was created too late: its library needs something of
    /// one on the way. One that was followed before is followed again only if it leads
    /// to a library that is on the way now.
    fn follow_late<'a>(
        &'a self,
        path: &'a Path,
        provider: &'a RegistrationMetadata,
        way: &mut Way<'a>,
    ) -> End {
        #[cfg(test)]
        tests::FOLLOWED.set(tests::FOLLOWED.get() + 1);
        let key = (path, &*provider.name);
        if let Some(reached) = way.followed.get(&key)
            && !reached.iter().any(|library| way.has(library))
        {
            way.reached.extend(reached);
            return End::Late;
        }
        let (length, begin) = (way.steps.len(), way.reached.len());
        for needed in &provider.needs {
            if let End::Cycle = self.follow(path, &provider.name, &needed.path, way) {
                return End::Cycle;
            }
            way.steps.truncate(length);
        }
        let reached: BTreeSet<_> = way.reached.drain(begin..).collect();
        way.reached.extend(&reached);
        way.followed.insert(key, reached);
        End::Late
    }

    /// Returns the first plugin that would provide a service.
    fn provider_of(&self, needed: &InterfaceMetadata) -> Option<(&Path, &RegistrationMetadata)> {
        let fits = |provided: &InterfaceMetadata| {
            provided.path == needed.path && fit::is_compatible(provided, needed)
        };
        self.related.iter().find_map(|related| {
            let provides = |it: &&RegistrationMetadata| it.provides.iter().any(fits);
            Some((&*related.path, related.plugins.iter().find(provides)?))
        })
    }

    fn plugins_of(&self, path: &Path) -> &[RegistrationMetadata] {
        let related = self.related.iter().find(|related| related.path == path);
        related.map_or(&[], |related| &related.plugins)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many late providers this thread has followed.
        pub(super) static FOLLOWED: Cell<usize> = const { Cell::new(0) };
    }

    fn interface(name: &str) -> InterfaceMetadata {
        InterfaceMetadata {
            path: name.to_owned(),
            version: "1.0".to_owned(),
            send: true,
            sync: true,
            fingerprint: 0,
            methods: Vec::new(),
            types: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Libraries with one plugin each: the name of the library, of the plugin and of the
    /// service that it provides, and the services that it needs.
    fn libraries(plugins: &[(&str, &str, &[String])]) -> Dependencies {
        let mut dependencies = Dependencies::default();
        for (library, name, needs) in plugins {
            let plugin = RegistrationMetadata {
                interface: "Tool".to_owned(),
                name: (*name).to_owned(),
                needs: needs.iter().map(|name| interface(name)).collect(),
                provides: vec![interface(name)],
                keeps_state: false,
                has_lifecycle: false,
            };
            let path = Path::new(library);
            match dependencies.related.iter_mut().find(|related| related.path == path) {
                Some(related) => related.plugins.push(plugin),
                None => dependencies
                    .related
                    .push(Related { path: path.to_owned(), plugins: vec![plugin] }),
            }
        }
        dependencies
    }

    /// The end of the way of a plugin that lacks a service, and the plugins on it.
    fn way_of(dependencies: &Dependencies, library: &str, missing: &str) -> (End, Vec<String>) {
        let mut way = Way::new(Path::new(library));
        let end = dependencies.follow(Path::new(library), library, missing, &mut way);
        (end, way.steps.into_iter().map(|step| step.provider).collect())
    }

    #[test]
    fn late_providers_with_many_common_needs_are_followed_once_each() {
        const LAYERS: usize = 20;
        let names = |layer: usize| [0, 1].map(|side| format!("{layer}.{side}"));
        let mut plugins = Vec::new();
        for layer in 0..LAYERS {
            let needs = if layer + 1 < LAYERS { names(layer + 1).to_vec() } else { Vec::new() };
            plugins.extend(names(layer).map(|name| (name, needs.clone())));
        }
        let described: Vec<_> =
            plugins.iter().map(|(name, needs)| (&**name, &**name, &**needs)).collect();
        let dependencies = libraries(&described);
        FOLLOWED.set(0);
        let (end, steps) = way_of(&dependencies, "0.0", "1.0");
        assert!(matches!(end, End::Late), "{steps:?}");
        assert!(FOLLOWED.get() <= 4 * LAYERS, "{}", FOLLOWED.get());
    }

    #[test]
    fn a_cycle_is_found_behind_a_provider_that_was_followed_before() {
        let needs = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let (a, x, y2) = (needs(&["x", "y2"]), needs(&["y1"]), needs(&["x"]));
        let from = needs(&["a"]);
        // By `x` alone there is no cycle. By `y2`, the library of `y1` is on the way.
        let dependencies = libraries(&[
            ("from", "from", &from),
            ("a", "a", &a),
            ("x", "x", &x),
            ("y", "y1", &[]),
            ("y", "y2", &y2),
        ]);
        let (end, steps) = way_of(&dependencies, "from", "a");
        assert!(matches!(end, End::Cycle), "{steps:?}");
        assert_eq!(steps, ["a", "y2", "x", "y1"]);
    }
}
