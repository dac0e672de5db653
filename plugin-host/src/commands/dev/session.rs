//! What `dev` does with each event.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};
use plugin_interface::PluginMetadata;
use plugin_interface::crossbeam_channel::Sender;
use plugin_interface::dev::{BuildMark, DevReport};

use super::build::Build;
use super::event::{BuildOutcome, Event};
use super::host::{self, Host};
use super::keys;
use super::placed::{Change, Placed};
use super::plugin::Plugin;
use super::saves::{Save, Saves};
use super::server::{PATIENCE, Server};
use super::sources::{Sources, written};
use super::steps::{Action, Steps};
use super::verdict::{InterfaceVerdict, judge};
use super::version::Version;
use crate::cli::DevArgs;
use crate::exit::Exit;
use crate::output::{describe, print_line, print_note};
use crate::report::dev::DevLine;
use crate::worker::{ServeOutcome, ServeReply, ServeRequest};

pub(super) struct Session<'a> {
    args: &'a DevArgs,
    plugin: Plugin,
    events: Sender<Event>,
    sources: Sources,
    saves: Saves,
    steps: Steps,
    /// The number of the last build, or of the last child.
    last: u64,
    build: Option<Build>,
    progress: ProgressBar,
    /// The messages of the compiler in the last build.
    log: Vec<DevLine>,
    server: Option<Server>,
    host: Option<Host>,
    /// The last library that the user's host was to use.
    placed: Option<Placed>,
    /// The last report of the host that was about no such library, or too early.
    report: Option<DevReport>,
    /// `true` once the host has reported anything.
    host_reports: bool,
    current: Option<Version>,
    /// The version that is being loaded.
    new: Option<NewVersion>,
    /// `true` if the next version may have any interface.
    accepts_any: bool,
    has_keys: bool,
    /// The result of the last save.
    exit: Exit,
}

/// A version that was built and does not serve yet.
struct NewVersion {
    metadata: PluginMetadata,
    built: Instant,
    build_ms: f64,
    needs: Option<String>,
    /// When the child must have answered.
    deadline: Instant,
}

const MEND_BUILD: &str = "mend the errors above and save again";
const MEND_INTERFACE: &str = "undo the change, or stop and begin again to accept the new interface";
const ACCEPT_INTERFACE: &str = "undo the change, or press a to accept the new interface";
const MEND_LOAD: &str = "mend the plugin and save again";

impl<'a> Session<'a> {
    pub(super) fn new(
        args: &'a DevArgs,
        plugin: Plugin,
        events: Sender<Event>,
    ) -> anyhow::Result<Self> {
        Ok(Session {
            args,
            sources: Sources::watch(&plugin, events.clone())?,
            plugin,
            events,
            saves: Saves::default(),
            steps: Steps::default(),
            last: 0,
            build: None,
            progress: ProgressBar::hidden(),
            log: Vec::new(),
            server: None,
            host: None,
            placed: None,
            report: None,
            host_reports: false,
            current: None,
            new: None,
            accepts_any: false,
            has_keys: false,
            exit: Exit::Ok,
        })
    }

    /// Begins with a build.
    pub(super) fn begin(&mut self, has_keys: bool) -> anyhow::Result<()> {
        let (plugin, folders) = (self.plugin.name.clone(), self.sources.folders());
        self.tell(DevLine::Watching { plugin, folders })?;
        self.has_keys = has_keys;
        if has_keys {
            print_line(keys::HELP)?;
        }
        self.rebuild()
    }

    fn rebuild(&mut self) -> anyhow::Result<()> {
        let save = Save { since: Instant::now(), paths: Default::default() };
        let action = self.steps.saved(save);
        self.act(action)
    }

    fn tell(&self, line: DevLine) -> anyhow::Result<()> {
        self.progress.suspend(|| line.print(self.args.json))
    }

    /// Returns when [`time_up`](Self::time_up) has something to do.
    pub(super) fn wake(&self) -> Option<Instant> {
        let deadline = self.new.as_ref().map(|new| new.deadline);
        let line = self.placed.as_ref().and_then(Placed::tell_at);
        self.saves.wake().into_iter().chain(deadline).chain(line).min()
    }

    pub(super) fn time_up(&mut self) -> anyhow::Result<bool> {
        let now = Instant::now();
        if let Some(save) = self.saves.due(now) {
            self.saved(save)?;
        }
        if self.new.as_ref().is_some_and(|new| new.deadline <= now) {
            if let Some(server) = self.server.take() {
                server.kill();
            }
            self.crashed(
                "the plugin did not answer in time, so its process was killed",
                Exit::TimedOut,
            )?;
        }
        if self.placed.as_ref().and_then(Placed::tell_at).is_some_and(|time| time <= now) {
            self.tell_placed()?;
        }
        Ok(true)
    }

    /// Processes an event. Returns `false` when the loop is to end.
    pub(super) fn handle(&mut self, event: Event) -> anyhow::Result<bool> {
        match event {
            Event::Files(Ok(event)) => {
                let paths = self.sources.concerned(&event);
                self.saves.notice(paths, written(&event), Instant::now());
                return self.time_up();
            }
            Event::Files(Err(error)) => print_note(&format!("cannot watch all files: {error}")),
            Event::Progress { build, done } if self.is_running(build) => {
                self.progress.set_position(done as u64);
            }
            Event::Diagnostic { build, diagnostic } if self.is_running(build) => {
                self.tell(DevLine::Diagnostic { diagnostic: diagnostic.clone() })?;
                self.log.push(DevLine::Diagnostic { diagnostic });
            }
            Event::Built { build, outcome }
                if self.build.as_ref().is_some_and(|it| it.is(build)) =>
            {
                self.built(outcome)?;
            }
            Event::Progress { .. } | Event::Diagnostic { .. } | Event::Built { .. } => {}
            Event::Served { server, reply } => {
                if self.server.as_ref().is_some_and(|current| current.is(server)) {
                    self.served(*reply)?;
                }
            }
            Event::ServerEnded { server } => self.server_ended(server)?,
            Event::HostReported(report) => self.host_reported(report)?,
            Event::HostEnded(status) => {
                self.tell_placed()?;
                let is_good = status.is_some_and(|status| status.success());
                self.exit = self.exit.max(if is_good { Exit::Ok } else { Exit::Failed });
                let status = status.map(plugin_interface::describe_exit);
                let status = status.unwrap_or_else(|| "its status is unknown".to_owned());
                self.host = None;
                self.tell(DevLine::HostEnded { status })?;
                return Ok(false);
            }
            Event::Key(key) => return self.key(key),
            Event::Interrupt => return Ok(false),
        }
        Ok(true)
    }

    fn key(&mut self, key: u8) -> anyhow::Result<bool> {
        match key {
            b'q' => return Ok(false),
            b'r' => self.rebuild()?,
            b'c' => {
                if let Some(server) = &mut self.server {
                    server.ask(&ServeRequest::Call)?;
                }
            }
            b'l' => self.log.iter().try_for_each(|line| line.print(false))?,
            b'a' => {
                self.accepts_any = true;
                self.rebuild()?;
            }
            _ => print_line(keys::HELP)?,
        }
        Ok(true)
    }

    fn is_running(&self, build: u64) -> bool {
        !self.steps.is_superseded() && self.build.as_ref().is_some_and(|it| it.is(build))
    }

    fn saved(&mut self, mut save: Save) -> anyhow::Result<()> {
        let changed = self.sources.changed(&save.paths)?;
        if changed.is_empty() {
            return Ok(());
        }
        let is_manifest = |path: &PathBuf| path.file_name().is_some_and(|it| it == "Cargo.toml");
        if changed.iter().any(is_manifest)
            // Cargo reports what is wrong with it.
            && let Ok(plugin) = self.plugin.again()
        {
            self.sources.include(&plugin)?;
            self.plugin = plugin;
        }
        save.paths = changed;
        let action = self.steps.saved(save);
        self.act(action)
    }

    fn act(&mut self, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Build(save) => self.start_build(&save)?,
            Action::Cancel => {
                if let Some(build) = &self.build {
                    build.cancel();
                }
            }
            // The caller has the library.
            Action::Serve | Action::Nothing => {}
        }
        Ok(())
    }

    fn start_build(&mut self, save: &Save) -> anyhow::Result<()> {
        self.last += 1;
        self.log.clear();
        let (release, events) = (self.args.release, self.events.clone());
        self.build = Some(Build::start(self.last, &self.plugin, release, events)?);
        let files = save.paths.iter().map(|path| path.display().to_string());
        self.tell(DevLine::Building { files: files.collect() })?;
        if !self.args.json {
            self.progress = ProgressBar::new(self.plugin.packages as u64);
            let style = ProgressStyle::with_template("building {wide_bar} crates {pos} of {len}")?;
            self.progress.set_style(style);
        }
        Ok(())
    }

    fn built(&mut self, outcome: BuildOutcome) -> anyhow::Result<()> {
        self.build = None;
        std::mem::replace(&mut self.progress, ProgressBar::hidden()).finish_and_clear();
        let is_superseded = self.steps.is_superseded();
        let action = self.steps.built(outcome.library.is_some());
        if is_superseded {
            self.tell(DevLine::Superseded)?;
            return self.act(action);
        }
        let build_ms = outcome.took.as_secs_f64() * 1000.0;
        let Some(library) = outcome.library else {
            // The compiler has said it.
            let error = if outcome.has_diagnostics { String::new() } else { outcome.said };
            self.failed("build", Some(build_ms), error, MEND_BUILD, Exit::Failed)?;
            return self.act(action);
        };
        if let Err((stage, error, cure, exit)) = self.serve(&library, build_ms) {
            self.failed(stage, Some(build_ms), error, cure, exit)?;
            let action = self.steps.served();
            return self.act(action);
        }
        if self.new.is_none() {
            let action = self.steps.served();
            return self.act(action);
        }
        Ok(())
    }

    /// Passes a library on to the child or to the user's host, if the current
    /// version may be replaced by it.
    fn serve(&mut self, library: &Path, build_ms: f64) -> Result<(), Refusal> {
        let (built, at) = (Instant::now(), SystemTime::now());
        let refused = |error: &(dyn std::error::Error + 'static), exit| {
            ("load", describe(error), MEND_LOAD, exit)
        };
        let failed = |error: anyhow::Error| refused(error.as_ref(), Exit::Failed);
        let metadata = plugin_interface::inspect(library)
            .map_err(|error| refused(&error, Exit::from(&error)))?;
        let current = self.current.as_ref().filter(|_| !self.accepts_any);
        let current = current.map(|current| &current.metadata);
        let needs = match judge(library, current, &metadata) {
            InterfaceVerdict::Compatible(needs) => needs,
            InterfaceVerdict::Incompatible(why) => {
                let cure = if self.has_keys { ACCEPT_INTERFACE } else { MEND_INTERFACE };
                return Err(("interface", why, cure, Exit::Incompatible));
            }
        };
        if !self.args.host.is_empty() {
            return self.place(library, metadata, (at, build_ms), needs).map_err(failed);
        }
        if self.server.is_none() {
            self.last += 1;
            let server = Server::start(self.last, self.args, self.events.clone());
            self.server = Some(server.map_err(failed)?);
        }
        let request = ServeRequest::Load(library.to_owned());
        if let Some(server) = &mut self.server {
            server.ask(&request).map_err(failed)?;
        }
        // The probe has its own time limit, and then the load has it again.
        let deadline = built + self.args.load.probe_timeout * 2 + PATIENCE;
        self.new = Some(NewVersion { metadata, built, build_ms, needs, deadline });
        Ok(())
    }

    /// Puts a library where the user's host finds it, and starts that.
    fn place(
        &mut self,
        library: &Path,
        metadata: PluginMetadata,
        built: (SystemTime, f64),
        needs: Option<String>,
    ) -> anyhow::Result<()> {
        let file = match &self.args.into {
            Some(folder) => host::place(library, folder)?,
            None => library.to_owned(),
        };
        let mark = BuildMark::of(&file)?;
        // The host did not report the last one.
        self.tell_placed()?;
        let number = self.current.as_ref().map_or(0, |current| current.number) + 1;
        let before = self.current.replace(Version { number, metadata });
        let placed = Placed::new((number, before), (file, mark), built, needs, self.host_reports);
        self.accepts_any = false;
        self.exit = Exit::Ok;
        self.tell(placed.line())?;
        if self.host.is_none() {
            let (command, events) = (&self.args.host, self.events.clone());
            self.host = Some(Host::start(command, placed.folder(), self.args.json, events)?);
        }
        self.placed = Some(placed);
        match self.report.take() {
            // It was quick.
            Some(report) => self.host_reported(report),
            None => Ok(()),
        }
    }

    /// Prints the line about a library of which the host has reported nothing yet.
    fn tell_placed(&mut self) -> anyhow::Result<()> {
        let Some(placed) = &mut self.placed else { return Ok(()) };
        if placed.stop_waiting() && !self.args.json {
            let line = placed.line();
            self.tell(line)?;
        }
        Ok(())
    }

    fn host_reported(&mut self, report: DevReport) -> anyhow::Result<()> {
        self.host_reports = true;
        let Some(placed) = self.placed.as_mut().filter(|placed| placed.is(&report)) else {
            self.report = Some(report);
            return Ok(());
        };
        let build_ms = placed.build_ms;
        match placed.take_in(report, &mut self.current) {
            None => Ok(()),
            Some(Change::Used(line)) => {
                self.exit = Exit::Ok;
                self.tell(line)
            }
            Some(Change::Refused(error)) => {
                self.failed("load", Some(build_ms), error, MEND_LOAD, Exit::Failed)
            }
        }
    }

    fn served(&mut self, reply: ServeReply) -> anyhow::Result<()> {
        for error in &reply.errors {
            print_note(error);
        }
        let Some(new) = self.new.take() else {
            return self.tell(DevLine::Called { answers: reply.answers });
        };
        if matches!(reply.outcome, ServeOutcome::Called) {
            // The load is still to come.
            self.new = Some(new);
            return self.tell(DevLine::Called { answers: reply.answers });
        }
        let build_ms = new.build_ms;
        match reply.outcome {
            ServeOutcome::Unchanged | ServeOutcome::Called => {
                self.exit = Exit::Ok;
                self.tell(DevLine::Unchanged { build_ms })?;
            }
            ServeOutcome::Refused { error, exit, .. } => {
                let exit = Exit::of_number(exit).unwrap_or(Exit::Failed);
                self.failed("load", Some(build_ms), error, MEND_LOAD, exit)?;
            }
            ServeOutcome::Swapped { version, .. } => {
                let number = self.current.as_ref().map_or(0, |current| current.number) + 1;
                self.accepts_any = false;
                self.current = Some(Version { number, metadata: new.metadata });
                self.exit = if reply.failed == 0 { Exit::Ok } else { Exit::Crashed };
                self.tell(DevLine::Swapped {
                    number,
                    version,
                    build_ms,
                    needs: new.needs,
                    swap_ms: new.built.elapsed().as_secs_f64() * 1000.0,
                    calls: reply.calls,
                    failed: reply.failed,
                    retained: reply.retained,
                    answers: reply.answers,
                })?;
            }
        }
        let action = self.steps.served();
        self.act(action)
    }

    fn server_ended(&mut self, server: u64) -> anyhow::Result<()> {
        let Some(ended) = self.server.take_if(|current| current.is(server)) else { return Ok(()) };
        let status = ended.end().map(plugin_interface::describe_exit);
        let how = status.unwrap_or_else(|| "its status is unknown".to_owned());
        let error = format!("the plugin ended the process that holds it: {how}");
        self.crashed(&error, Exit::Crashed)
    }

    /// Reports that nothing serves any more.
    fn crashed(&mut self, error: &str, exit: Exit) -> anyhow::Result<()> {
        self.exit = exit;
        let error = format!("{error}; the next good save starts a new one");
        self.tell(DevLine::Crashed { error })?;
        match self.new.take() {
            Some(_) => {
                let action = self.steps.served();
                self.act(action)
            }
            None => Ok(()),
        }
    }

    fn failed(
        &mut self,
        stage: &'static str,
        build_ms: Option<f64>,
        error: String,
        cure: &'static str,
        exit: Exit,
    ) -> anyhow::Result<()> {
        self.exit = exit;
        let is_serving = self.server.is_some() || self.host.is_some();
        let serving = self.current.as_ref().filter(|_| is_serving).map(|current| current.number);
        self.tell(DevLine::Failed { stage, build_ms, error, serving, cure })
    }

    /// Ends everything. Returns the result of the last save.
    pub(super) fn end(mut self) -> anyhow::Result<Exit> {
        std::mem::replace(&mut self.progress, ProgressBar::hidden()).finish_and_clear();
        self.build = None;
        self.tell_placed()?;
        if let Some(server) = self.server.take() {
            server.end();
        }
        if let Some(host) = self.host.take() {
            host.end();
        }
        self.tell(DevLine::Stopped)?;
        Ok(self.exit)
    }
}

/// The stage that refused a version, the error, what to do, and the exit code.
type Refusal = (&'static str, String, &'static str, Exit);
