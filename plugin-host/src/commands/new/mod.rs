//! `new`: creates an application, or a plugin, an interface or a host alone.

mod app;
mod begun;
mod c_plugin;
mod draft;
mod foreign;
mod host;
mod interface;
mod interface_crate;
mod kind;
mod library;
mod manifest;
mod name;
mod plugin;
mod source;
mod workspace;

use self::draft::{Draft, Place};
use self::kind::Kind;
use self::workspace::Workspace;
use crate::cli::{Framework, NewArgs};
use crate::exit::{Exit, UsageError};
use crate::output::print_note;

pub(crate) fn run(args: &NewArgs) -> anyhow::Result<Exit> {
    let (kind, folder) = Kind::of(args)?;
    let name = folder.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        UsageError(format!("expected a name such as my-app, found {}", folder.display()))
    })?;
    name::check(name)?;
    begun::check_empty(folder)?;
    let framework = source::chosen(args.framework.as_ref())?;
    // Make finds no workspace.
    let around = if kind.is_c() { None } else { Workspace::around(folder)? };
    let place = Place {
        folder,
        name,
        framework: &framework,
        is_framework_given: args.framework.is_some(),
        around: around.as_ref(),
    };
    let draft = match &kind {
        Kind::App => app::draft(&place)?,
        Kind::Interface => interface::draft(&place)?,
        Kind::Plugin(source) => plugin::draft(&place, source, args.interface_name.as_deref())?,
        Kind::Like(library) => plugin::like(&place, library, args.interface_name.as_deref())?,
        Kind::CPlugin(library) => c_plugin::draft(&place, library, args.interface_name.as_deref())?,
        Kind::Host(source) => host::draft(&place, source, args.interface_name.as_deref())?,
    };
    let Draft { is_of_framework, .. } = draft;
    draft.create(folder, around)?;
    if let Framework::Version(version) = &framework
        && args.framework.is_none()
        && is_of_framework
    {
        print_note(&format!(
            "it depends on plugin-interface {version}, which is not published yet: the crate of \
             that name on crates.io is another project's; name a clone: \
             --framework path=../rust-plugin-system"
        ));
    }
    draft.show(folder)?;
    Ok(Exit::Ok)
}
