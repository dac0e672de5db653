//! What `new` creates.

use std::path::Path;

use crate::cli::{InterfaceCrate, NewArgs, interface_crate};
use crate::exit::UsageError;

/// What is created.
pub(super) enum Kind<'a> {
    /// An interface, a plugin, a host and tests.
    App,
    /// A crate with an interface.
    Interface,
    /// A plugin for the interface of a crate.
    Plugin(InterfaceCrate),
    /// A plugin in Rust for an interface of a library.
    Like(&'a Path),
    /// A plugin in C for an interface of a library.
    CPlugin(&'a Path),
    /// A host for the interface of a crate.
    Host(InterfaceCrate),
}

impl<'a> Kind<'a> {
    /// Returns what the arguments ask for, and the folder to create.
    pub(super) fn of(args: &'a NewArgs) -> Result<(Self, &'a Path), UsageError> {
        let source = args.source.as_deref().unwrap_or_default();
        if let Some(folder) = &args.interface {
            return Ok((Kind::Interface, folder));
        }
        if let Some(folder) = &args.host {
            return Ok((Kind::Host(interface_crate(source).map_err(UsageError)?), folder));
        }
        if let Some(folder) = &args.plugin {
            let kind = match &args.like {
                Some(library) => Kind::Like(library),
                None if args.c => Kind::CPlugin(Path::new(source)),
                None => Kind::Plugin(interface_crate(source).map_err(UsageError)?),
            };
            return Ok((kind, folder));
        }
        let folder = args.folder.as_deref();
        Ok((Kind::App, folder.ok_or_else(|| UsageError("expected a name".to_owned()))?))
    }

    /// Returns `true` if cargo does not build it.
    pub(super) fn is_c(&self) -> bool {
        matches!(self, Kind::CPlugin(_))
    }
}
