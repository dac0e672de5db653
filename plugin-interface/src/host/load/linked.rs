//! The plugins that are linked into this program: found by the linker, and made as
//! those of a library. No stage before *admit* has anything to do for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::compare::fit::difference;
use crate::host::error::LoadError;
use crate::host::error::inspect::damaged;
use crate::host::library::instance::Instance;
use crate::host::library::loaded::LoadedLibrary;
use crate::host::load::admit::Wanted;
use crate::host::load::make;
use crate::host::load::needs::Needs;
use crate::host::load::policy::LoadPolicy;
use crate::host::services::linked::LinkedServices;
use crate::host::services::offers::Offers;
use crate::metadata::PluginMetadata;
use crate::runtime::aggregate;
use crate::runtime::factory;

/// One package with plugins in this program.
pub(crate) struct LinkedPackage {
    metadata: PluginMetadata,
    record: &'static [u8],
}

/// The plugins of such a package, or some of them.
pub(crate) struct LinkedPlugins {
    pub(crate) made: Vec<Result<Instance, LoadError>>,
    pub(crate) library: Arc<LoadedLibrary>,
}

/// Returns the path of this program, which stands for that of a library.
pub(crate) fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("the program"))
}

/// Returns the packages of this program, by name.
pub(crate) fn packages(path: &Path) -> Result<Vec<LinkedPackage>, LoadError> {
    let mut sections: BTreeMap<&'static [u8], Vec<u8>> = BTreeMap::new();
    for aggregate in aggregate::all() {
        let section = sections.entry(aggregate.package).or_insert(aggregate.package.to_vec());
        section.extend(aggregate.interface);
    }
    for (package, record) in factory::records() {
        // Without an aggregate its crate does not compile.
        sections.entry(package).or_default().extend(record);
    }
    let package = |(record, section): (_, Vec<u8>)| {
        let metadata = PluginMetadata::from_section(&section);
        let metadata = metadata.map_err(|error| damaged(path, error.to_string()))?;
        Ok(LinkedPackage { metadata, record })
    };
    let mut packages: Vec<_> =
        sections.into_iter().map(package).collect::<Result<_, LoadError>>()?;
    packages.sort_by(|a, b| a.metadata.package.name.cmp(&b.metadata.package.name));
    Ok(packages)
}

impl LinkedPackage {
    /// Creates the plugins of the package for what is wanted. Returns `None` if
    /// there are none.
    pub(crate) fn load(
        self,
        path: &Path,
        policy: &LoadPolicy,
        wanted: Wanted<'_>,
        offers: &Arc<Offers>,
    ) -> Result<Option<LinkedPlugins>, LoadError> {
        let LinkedPackage { metadata, record } = self;
        if !has_interface(path, &metadata, wanted)? {
            return Ok(None);
        }
        policy.check_package(path, &metadata)?;
        let mut context = policy.host_context(path, &metadata)?;
        context.needs = Needs::of(path, &metadata, wanted.path(), None, offers, false)?;
        let services = LinkedServices::new(Arc::clone(offers));
        let mut library = LoadedLibrary::linked(path.to_owned(), metadata, record, services);
        library.providers = core::mem::take(&mut context.needs.providers);
        let library = Arc::new(library);
        let made = make::make(&library, wanted, None, &mut context);
        Ok(Some(LinkedPlugins { made, library }))
    }
}

/// Returns `true` if a package has the interface. Two versions of the crate of an
/// interface may be linked, and then one does not fit.
fn has_interface(
    path: &Path,
    metadata: &PluginMetadata,
    wanted: Wanted<'_>,
) -> Result<bool, LoadError> {
    let Wanted::Interface(wanted) = wanted else { return Ok(true) };
    let mut first = None;
    for offered in metadata.interfaces.iter().filter(|offered| offered.path == wanted.path()) {
        match difference(wanted, offered) {
            None => return Ok(true),
            mismatch => first = first.or(mismatch),
        }
    }
    first.map_or(Ok(false), |mismatch| {
        Err(LoadError::Mismatch { path: path.to_owned(), mismatch: Box::new(mismatch) })
    })
}
