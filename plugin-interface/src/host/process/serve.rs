//! The worker's side: loads one library, and calls its plugins.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::exit;
use std::sync::Arc;
use std::time::Duration;

use super::frame::{self, PREFIX};
use super::host_peer::Host;
use super::lane::{Passed, enter};
use super::limits::Limits;
#[cfg(feature = "log")]
use super::logs;
use super::message::Greeting;
#[cfg(feature = "sandbox")]
use super::restraint::Restraint;
use super::services;
#[cfg(feature = "tracing")]
use super::traces;
#[cfg(not(feature = "sandbox"))]
use super::unrestrained::Restraint;
#[cfg(feature = "tasks")]
use super::worker_tasks::WorkerPool;
use crate::host::by_descriptor::{HostServices, Peer};
use crate::host::error::LoadError;
use crate::host::file::copies::Copies;
use crate::host::file::private_copy::PrivateCopy;
use crate::host::load::host_context::HostContext;
use crate::host::load::plugins::BeforeOpen;
use crate::host::load::policy::LoadPolicy;
use crate::host::manager::PluginManager;
use crate::host::manager::handle::PluginHandle;
use crate::host::platform::processes;
use crate::host::services::provided::Provider;
use crate::host::tasks::PluginExecutor;

/// The argument that asks a program to be a worker. It has the number of the
/// protocol.
pub(super) const ASKED: &str = "--plugin-interface-worker-1";

/// Serves as a worker if this process was started as one, and does not return then.
/// Otherwise it does nothing.
///
/// Call it at the start of `main`, before there are other threads: nothing after it
/// runs in a worker. The program of a host usually is that of its workers too.
///
/// The process looks at its arguments, takes its connection from stdin, and loads the
/// library that the host has checked. It ends with the host, however that ends.
///
/// Feature `process`.
///
/// ```
/// plugin_interface::process::serve_if_asked();
/// ```
pub fn serve_if_asked() {
    let arguments: Vec<_> = std::env::args_os().collect();
    let Some(at) = arguments.iter().position(|it| it == ASKED) else { return };
    let [library, copy, copies, limits, spins, sandbox @ ..] = &arguments[at + 1..] else { return };
    let limits = limits.to_str().and_then(Limits::read);
    let spins = spins.to_str().and_then(|nanoseconds| nanoseconds.parse().ok());
    let served = match limits.zip(spins.map(Duration::from_nanos)) {
        Some(how) => serve(library.as_ref(), copy.as_ref(), copies.as_ref(), &how, sandbox),
        None => Err(io::Error::other("the limits cannot be read")),
    };
    match served {
        Ok(()) => exit(0),
        // The host has gone, or its connection is broken. What the plugin started
        // has to go too, and this may see it before the thread that waits for it.
        Err(_) => processes::end_group(),
    }
}

/// Returns `true` if this process was started as a worker.
pub(in crate::host) fn is_worker() -> bool {
    std::env::args_os().any(|argument: OsString| argument == ASKED)
}

fn serve(
    library: &Path,
    copy: &Path,
    copies: &Path,
    (limits, spins): &(Limits, Duration),
    sandbox: &[OsString],
) -> io::Result<()> {
    let socket = processes::take_stdin()?;
    let mut restraint = Restraint::begin(sandbox, &socket)?;
    frame::write(&mut &socket, &mut Greeting::Here.frame())?;
    let mut told = Vec::new();
    frame::read_first(&mut &socket, &mut told)?;
    let host = Host::new(Passed::receive(&socket)?, *spins)?;
    if let Err(error) = limits.set() {
        let text = format!("{}: cannot set the limits: {error}", library.display());
        return frame::write(&mut &socket, &mut Greeting::Failed(text).frame());
    }
    let told = read_told(&host, &told[PREFIX..]);
    #[cfg_attr(
        not(any(feature = "log", feature = "tracing")),
        expect(unused_mut, reason = "the logger and the subscriber are taken")
    )]
    let (levels, context, mut services) = match told {
        Ok(told) => told,
        Err(error) => {
            let text = format!("{}: {error}", library.display());
            return frame::write(&mut &socket, &mut Greeting::Failed(text).frame());
        }
    };
    // The host has judged whether the file may be loaded.
    let policy = LoadPolicy::new().allow_world_writable().copies(Copies::In(copies.to_owned()));
    let mut manager = PluginManager::with_policy(policy);
    // While it creates its plugins, these call the host on this lane.
    let lane = host.lane(0, socket);
    let entered = enter(0, &lane);
    #[cfg(feature = "log")]
    logs::begin(&mut services, levels[0]);
    #[cfg(feature = "tracing")]
    traces::begin(&mut services, levels[1]);
    let _ = levels;
    let services: Arc<dyn Provider> = Arc::new(services);
    manager.add_provider(&services);
    let mut prepare = |copy: &PrivateCopy| restraint.before_open(&lane.socket, library, copy);
    let loaded = load(&mut manager, library, copy, context, &mut prepare);
    let loaded = loaded.map_err(|error| format!("{error:?}"));
    let plugins = match loaded.and_then(|it| restraint.after_load(library).map(|()| it)) {
        Ok(plugins) => plugins,
        Err(text) => return frame::write(&mut &lane.socket, &mut Greeting::Failed(text).frame()),
    };
    // Its threads are restricted as this one is by now. Until then, only this thread calls
    // the host.
    host.take_lanes()?;
    for plugin in &plugins {
        host.exports().plugin(plugin.dynamic());
    }
    let name = |it: &PluginHandle| (it.interface().to_owned(), it.name().to_owned());
    let names = plugins.iter().map(name).collect();
    frame::write(&mut &lane.socket, &mut Greeting::Ready(names).frame())?;
    drop(entered);
    let served = host.serve(&lane);
    host.end();
    served
}

/// Reads what the host says: the levels of its log and of its subscriber, the services
/// that it offers, and what it tells the constructors.
fn read_told(
    host: &Arc<Host>,
    told: &[u8],
) -> Result<([u32; 2], HostContext, HostServices), String> {
    let mut told = told;
    let mut level = || {
        let (level, rest) = told.split_first_chunk().ok_or("expected the levels")?;
        told = rest;
        Ok::<_, &str>(u32::from_le_bytes(*level))
    };
    let levels = [level()?, level()?];
    let (services, told) = services::read(told).ok_or("expected a list of services")?;
    let peer: Arc<dyn Peer> = Arc::clone(host) as _;
    let services = HostServices::new(&peer, services)?;
    Ok((levels, HostContext::from_bytes(told, executor)?, services))
}

/// Returns what runs the tasks of the plugins.
fn executor() -> PluginExecutor {
    #[cfg(feature = "tasks")]
    return PluginExecutor::of(Arc::new(WorkerPool::new()));
    // A plugin that wants one is told which feature the program lacks.
    #[cfg(not(feature = "tasks"))]
    PluginExecutor::default()
}

fn load(
    manager: &mut PluginManager,
    library: &Path,
    copy: &Path,
    context: HostContext,
    prepare: &mut BeforeOpen<'_>,
) -> Result<Vec<PluginHandle>, LoadError> {
    let handles = manager.load_told(library, copy, context, prepare)?;
    let mut rejected = manager.take_rejected();
    if let Some(last) = rejected.pop_if(|_| handles.is_empty()) {
        return Err(last.error);
    }
    for rejected in rejected {
        eprintln!("{rejected}");
    }
    Ok(handles)
}
