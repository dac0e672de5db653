//! The random calls of one interface, in child processes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::fault::{Failure, Fault, Kind};
use super::one_call::one_call;
use super::shorten::shorten;
use crate::cli::FuzzArgs;
use crate::exit::Exit;
use crate::fuzz::Calls;
use crate::worker::child::{ReportFile, again, start, wait};
use crate::worker::{ALL_MADE, Fault as ReturnedFault, FoundFault};

/// The longest time until the first call.
const LOAD: Duration = Duration::from_secs(10);

/// The number of different calls of each method that are made many times.
const REPEATED: u64 = 8;

/// Faults by what calls have in common that show the same one.
type ByKey = BTreeMap<(String, (Kind, String)), Fault>;

pub(super) struct Hunt<'a> {
    args: &'a FuzzArgs,
    calls: &'a Calls<'a>,
    time: Duration,
    end: Instant,
    /// The number of calls so far.
    pub(super) made: u64,
    faults: ByKey,
}

/// How a child ended.
enum Ended {
    /// Its time is over.
    Over,
    Hung,
    Exited(ExitStatus),
}

impl<'a> Hunt<'a> {
    pub(super) fn new(args: &'a FuzzArgs, calls: &'a Calls<'a>, time: Duration) -> Self {
        let end = Instant::now() + time;
        Hunt { args, calls, time, end, made: 0, faults: BTreeMap::new() }
    }

    /// Makes the calls. Returns the exit code of a child that does not load the
    /// library.
    pub(super) fn run(&mut self) -> anyhow::Result<Option<Exit>> {
        if let Some(exit) = self.try_load()? {
            return Ok(Some(exit));
        }
        let mut from = 0;
        while Instant::now() < self.end && self.args.calls.is_none_or(|until| from < until) {
            let report = ReportFile::new()?;
            let (at, found) =
                (report.path().with_extension("at"), report.path().with_extension("found"));
            let mut command = self.command(&at, &found, from, self.args.calls)?;
            command.stderr(Stdio::null());
            let ended = self.watch(&mut start(&mut command)?, &at)?;
            let number = number_in(&at);
            self.take_in(&found);
            self.made = match number {
                Some(ALL_MADE) => self.args.calls.unwrap_or(self.made),
                Some(number) => number + 1,
                None => self.made,
            };
            match (ended, number) {
                (Ended::Over, _) | (_, Some(ALL_MADE)) => break,
                (Ended::Hung, Some(number)) => {
                    let message = format!("no answer in {:?}", self.args.timeout);
                    self.add(number, Kind::Hung, message);
                    from = number + 1;
                }
                (Ended::Exited(status), Some(number)) => {
                    let how = plugin_interface::describe_exit(status);
                    self.add(number, Kind::Crashed, how);
                    from = number + 1;
                }
                // It loaded before.
                (_, None) => anyhow::bail!("the library cannot be loaded again"),
            }
        }
        Ok(None)
    }

    /// Loads the library without a call. Returns the exit code of a failure, of
    /// which the child told.
    fn try_load(&self) -> anyhow::Result<Option<Exit>> {
        let report = ReportFile::new()?;
        let found = report.path().with_extension("found");
        let mut command = self.command(report.path(), &found, 0, Some(0))?;
        let status = wait(&mut start(&mut command)?, Some(LOAD))?;
        let Some(status) = status else { return Ok(Some(Exit::TimedOut)) };
        match status.success() {
            true => Ok(None),
            false => Ok(Some(Exit::of(status).unwrap_or(Exit::Crashed))),
        }
    }

    fn command(
        &self,
        at: &Path,
        found: &Path,
        from: u64,
        until: Option<u64>,
    ) -> anyhow::Result<std::process::Command> {
        let args = self.args;
        let mut command = again("fuzzed", &args.policy)?;
        command.arg("--at").arg(at).arg("--found").arg(found);
        command.arg(format!("--seed={}", args.seed)).arg(format!("--from={from}"));
        command.args(until.map(|until| format!("--until={until}")));
        command.args(args.plugin.iter().map(|name| format!("--plugin={name}")));
        command.arg("--").arg(&args.file).arg(&self.calls.interface.path);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command)
    }

    /// Waits until a child ends, until one call takes too long, or until the time is
    /// over.
    fn watch(&self, child: &mut Child, at: &Path) -> anyhow::Result<Ended> {
        let (mut last, mut since) = (None, Instant::now());
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(Ended::Exited(status));
            }
            let number = number_in(at);
            if number != last {
                (last, since) = (number, Instant::now());
            }
            let patience = if last.is_none() { LOAD } else { self.args.timeout };
            let is_hung = since.elapsed() > patience;
            // A call that runs is not cut off.
            let is_over = Instant::now() > self.end && since.elapsed() < patience / 2;
            if is_hung || is_over {
                child.kill()?;
                child.wait()?;
                return Ok(if is_hung { Ended::Hung } else { Ended::Over });
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Takes in the faults of calls that returned.
    fn take_in(&mut self, found: &Path) {
        let text = fs::read_to_string(found).unwrap_or_default();
        for line in text.lines() {
            // The last line may be cut off.
            let Ok(found) = serde_json::from_str::<FoundFault>(line) else { continue };
            let kind = match found.fault {
                ReturnedFault::Panicked => Kind::Panicked,
                ReturnedFault::Invalid => Kind::Invalid,
            };
            self.add(found.number, kind, found.message);
        }
    }

    fn add(&mut self, number: u64, kind: Kind, message: String) {
        let Some(call) = self.calls.get(number) else { return };
        let failure = Failure { kind, message };
        let key = (call.method.clone(), failure.key());
        let fault = Fault { failure, call, number, is_shown_alone: false };
        self.faults.entry(key).or_insert(fault);
    }

    /// Returns the faults, each with the smallest call that shows it, and those of
    /// memory that is kept.
    pub(super) fn into_faults(mut self) -> anyhow::Result<Vec<Fault>> {
        self.find_kept()?;
        let mut faults: Vec<_> = self.faults.into_values().collect();
        for fault in &mut faults {
            shorten(self.args, self.calls.interface, fault)?;
        }
        Ok(faults)
    }

    /// Makes some calls of each method many times.
    fn find_kept(&mut self) -> anyhow::Result<()> {
        let methods = self.calls.methods().count() as u64;
        let end = Instant::now() + self.time;
        for number in 0..methods * REPEATED {
            if Instant::now() > end {
                break;
            }
            let Some(call) = self.calls.get(number) else { continue };
            let path = &self.calls.interface.path;
            let made = one_call(self.args, path, &call.method, &call.arguments, true)?;
            if let Some(made) = made.filter(|made| made.kind == Kind::Kept) {
                self.add(number, made.kind, made.message);
            }
        }
        Ok(())
    }
}

/// Returns the number of the call that runs or ran last.
fn number_in(at: &Path) -> Option<u64> {
    fs::read(at).ok()?.try_into().ok().map(u64::from_le_bytes)
}
