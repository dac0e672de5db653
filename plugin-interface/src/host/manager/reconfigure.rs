//! A configuration that changes while its directory is watched.

use std::path::Path;

use super::session::Session;
use crate::host::configuration::{Configuration, Values};
use crate::host::error::LoadError;
use crate::host::watch::{Attempt, ManagerNotification, WatchError};
use crate::metadata::PluginMetadata;

/// Returns the values that the constructors of a library get.
fn values(
    configuration: Option<&Configuration>,
    path: &Path,
    metadata: &PluginMetadata,
) -> Result<Values, LoadError> {
    configuration.map_or_else(|| Ok(Values::default()), |it| it.values(path, metadata))
}

impl<F: FnMut(ManagerNotification) -> bool> Session<'_, F> {
    /// Configures the plugins again if the file of the configuration changed. A
    /// mistake in it leaves everything as it is.
    pub(super) fn check_configuration(&mut self) {
        let layers = &self.layers;
        let followed = self.configuration_file.as_mut();
        let Some(file) = followed.and_then(|it| it.changed(layers)) else { return };
        let read = match file.symlink_metadata() {
            Ok(_) => Configuration::read(&file).map(Some),
            Err(_) => Ok(None),
        };
        match read {
            Ok(new) => self.reconfigure(new.as_ref()),
            Err(mistake) => {
                let error = LoadError::Configuration(mistake);
                let (path, serving, retried) = (file, true, false);
                let error = WatchError::Load { path, error, serving, retried };
                self.tell(ManagerNotification::Error(error));
            }
        }
    }

    fn reconfigure(&mut self, new: Option<&Configuration>) {
        let old = self.manager.libraries.loader().policy().configured().cloned();
        let old = old.as_ref();
        if old == new {
            return;
        }
        self.manager.libraries.reconfigure(new.cloned());
        if let Some(followed) = &mut self.configuration_file {
            (followed.tell)(new);
        }
        let (mut disabled, mut changed, mut mistaken) = (Vec::new(), Vec::new(), Vec::new());
        for (path, metadata) in self.held_files() {
            match (values(new, &path, &metadata), values(old, &path, &metadata)) {
                (Ok(new), Ok(old)) if new == old => {}
                (Ok(_), _) => changed.push(path),
                (Err(LoadError::Disabled { .. }), _) => disabled.push(path),
                (Err(error), _) => mistaken.push((path, error)),
            }
        }
        let mut users = Vec::new();
        disabled.iter().for_each(|path| users.extend(self.unload_after_users(path)));
        for (path, error) in mistaken {
            let attempt = Attempt::begin(&path);
            self.fail_finally(&path, &attempt, error, true, false);
        }
        self.load_again(changed);
        self.load_others(users);
    }
}
