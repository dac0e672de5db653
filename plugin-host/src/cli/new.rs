//! The arguments of `new`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::framework::{Framework, framework};

#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["folder", "plugin", "interface", "host"])))]
#[command(group(ArgGroup::new("with").args(["source", "like"])))]
pub(crate) struct NewArgs {
    /// Folder to create, named like the application.
    #[arg(value_name = "NAME")]
    pub(crate) folder: Option<PathBuf>,
    /// Create a plugin for an existing interface.
    #[arg(long, value_name = "NAME", requires = "with")]
    pub(crate) plugin: Option<PathBuf>,
    /// Create a crate with an interface.
    #[arg(long, value_name = "NAME", conflicts_with = "with")]
    pub(crate) interface: Option<PathBuf>,
    /// Create a host for the plugins of an existing interface.
    #[arg(long, value_name = "NAME", requires = "source")]
    pub(crate) host: Option<PathBuf>,
    /// Crate of the interface; with --c, a library.
    ///
    /// Of a crate: its folder, git=URL#PACKAGE or PACKAGE@VERSION.
    #[arg(long = "for", value_name = "SOURCE", conflicts_with = "folder")]
    pub(crate) source: Option<String>,
    /// Library to take the interface from, without its sources.
    #[arg(long, value_name = "LIBRARY", conflicts_with_all = ["folder", "interface", "host"])]
    pub(crate) like: Option<PathBuf>,
    /// Interface, if there are several: its name or its full path.
    #[arg(long = "trait", value_name = "INTERFACE", requires = "with")]
    pub(crate) interface_name: Option<String>,
    /// Write the plugin in C, with a header and a Makefile.
    #[arg(long, requires = "source", conflicts_with_all = ["folder", "interface", "host", "framework"])]
    pub(crate) c: bool,
    /// Source of the framework: path=DIR, git=URL or version=VERSION.
    ///
    /// DIR is a clone of its repository.
    ///
    /// The default is that of the interface crate, or that of this program.
    #[arg(long, value_name = "SOURCE", value_parser = framework)]
    pub(crate) framework: Option<Framework>,
}
