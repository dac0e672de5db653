//! The worker's side: loads one library, and calls its plugins.

use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::exit;

use super::frame::{self, PREFIX};
use super::limits::Limits;
use super::message::{Greeting, Request, begin_answer};
use crate::host::by_descriptor::{DynamicError, Reply, Served};
use crate::host::error::LoadError;
use crate::host::file::copies::Copies;
use crate::host::load::host_context::HostContext;
use crate::host::load::policy::LoadPolicy;
use crate::host::manager::PluginManager;
use crate::host::manager::handle::PluginHandle;
use crate::host::platform::processes;

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
    let [.., asked, library, copy, copies, limits] = &arguments[..] else { return };
    if asked != ASKED {
        return;
    }
    let limits = limits.to_str().and_then(Limits::read);
    let served = match limits {
        Some(limits) => serve(library.as_ref(), copy.as_ref(), copies.as_ref(), &limits),
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

fn serve(library: &Path, copy: &Path, copies: &Path, limits: &Limits) -> io::Result<()> {
    let mut socket = processes::take_stdin()?;
    processes::end_with_peer(&socket)?;
    frame::write(&mut socket, &mut Greeting::Here.frame())?;
    let mut told = Vec::new();
    frame::read(&mut socket, &mut told)?;
    if let Err(error) = limits.set() {
        let text = format!("{}: cannot set the limits: {error}", library.display());
        return frame::write(&mut socket, &mut Greeting::Failed(text).frame());
    }
    let context = match HostContext::from_bytes(&told[PREFIX..]) {
        Ok(context) => context,
        Err(error) => {
            let text = format!("{}: {error}", library.display());
            return frame::write(&mut socket, &mut Greeting::Failed(text).frame());
        }
    };
    // The host has judged whether the file may be loaded.
    let policy = LoadPolicy::new().allow_world_writable().copies(Copies::In(copies.to_owned()));
    let mut manager = PluginManager::with_policy(policy);
    let plugins = match load(&mut manager, library, copy, context) {
        Ok(plugins) => plugins,
        Err(error) => {
            return frame::write(&mut socket, &mut Greeting::Failed(format!("{error:?}")).frame());
        }
    };
    let name = |it: &Loaded| (it.handle.interface().to_owned(), it.handle.name().to_owned());
    let names = plugins.iter().map(name).collect();
    frame::write(&mut socket, &mut Greeting::Ready(names).frame())?;
    answer(&mut socket, &plugins)
}

/// A plugin of the library, and its one proxy.
struct Loaded {
    handle: PluginHandle,
    served: Result<Served, DynamicError>,
}

fn load(
    manager: &mut PluginManager,
    library: &Path,
    copy: &Path,
    context: HostContext,
) -> Result<Vec<Loaded>, LoadError> {
    let handles = manager.load_told(library, copy, context)?;
    let mut rejected = manager.take_rejected();
    if let Some(last) = rejected.pop_if(|_| handles.is_empty()) {
        return Err(last.error);
    }
    for rejected in rejected {
        eprintln!("{rejected}");
    }
    let loaded = |handle: PluginHandle| {
        let served = handle.dynamic().map(|proxy| Served::new(&proxy));
        Loaded { handle, served }
    };
    Ok(handles.into_iter().map(loaded).collect())
}

/// Answers calls until the host asks for the end.
fn answer(socket: &mut UnixStream, plugins: &[Loaded]) -> io::Result<()> {
    /// The most memory that is kept from one call to the next.
    const KEPT: usize = 1 << 20;
    let (mut frame, mut answer) = (Vec::new(), Vec::new());
    loop {
        frame::read(socket, &mut frame)?;
        let request = Request::read(&frame).map_err(io::Error::other)?;
        let Some(Request { number, plugin, method, arguments }) = request else { return Ok(()) };
        begin_answer(&mut answer, number);
        match plugins.get(plugin as usize).map(|it| &it.served) {
            Some(Ok(served)) => served.call(method as usize, arguments, &mut answer),
            Some(Err(error)) => Reply::Refused(error.to_string()).write(&mut answer),
            None => Reply::Refused("there is no such plugin".to_owned()).write(&mut answer),
        }
        match frame::write(socket, &mut answer) {
            // Nothing was written.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                begin_answer(&mut answer, number);
                Reply::Invalid(error.to_string()).write(&mut answer);
                frame::write(socket, &mut answer)?;
            }
            written => written?,
        }
        for buffer in [&mut frame, &mut answer] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
    }
}
