//! The child process that holds the current version of a plugin for `dev`.
//!
//! It reads a request in JSON from each line of stdin, and writes a reply to each
//! line of stdout.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use plugin_interface::crossbeam_channel::{Receiver, RecvTimeoutError, bounded, unbounded};
use plugin_interface::{
    ManagerNotification, PluginHandle, PluginManager, WatchError, WatchEvent, WatchNotification,
    WatchOptions,
};
use serde::{Deserialize, Serialize};

use crate::cli::ServeArgs;
use crate::exit::Exit;
use crate::manager;
use crate::output::print_json_line;
use crate::signals::note_crashes;
use crate::streams;
use crate::worker::repeated_calls::{CallAnswerLine, RepeatedCall, call_all};

/// What the child is to do.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServeRequest {
    /// Load this library in place of the current version, and call it.
    Load(PathBuf),
    /// Call the current version.
    Call,
}

/// What the child did.
#[derive(Deserialize, Serialize)]
pub(crate) struct ServeReply {
    pub(crate) outcome: ServeOutcome,
    pub(crate) answers: Vec<CallAnswerLine>,
    /// The calls since the last reply, and those of them that failed.
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    /// The old versions that are still mapped.
    pub(crate) retained: usize,
    /// What else went wrong, such as a panic of a destructor.
    pub(crate) errors: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) enum ServeOutcome {
    /// The new version serves.
    Swapped { version: String, ms: f64 },
    /// The content is that of the current version.
    Unchanged,
    /// The new version was refused, and the current one serves on.
    Refused { stage: Option<String>, error: String, exit: u8 },
    /// It was called.
    Called,
}

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<Exit> {
    plugin_interface::end_with_parent();
    note_crashes();
    let requests = requests()?;
    streams::keep_from_plugins(true)?;
    let mut child = Child {
        manager: manager::with_calls(&args.load, &args.calls)?,
        calls: &args.calls,
        handles: Vec::new(),
        made: 0,
        failed: 0,
    };
    loop {
        let request = match args.every {
            Some(every) => requests.recv_timeout(every),
            None => requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match request {
            Ok(ServeRequest::Load(path)) => {
                let reply = child.load(&path);
                print_json_line(&reply)?;
            }
            Ok(ServeRequest::Call) => {
                let answers = child.call();
                print_json_line(&child.reply(ServeOutcome::Called, answers, Vec::new()))?;
            }
            Err(RecvTimeoutError::Timeout) => drop(child.call()),
            Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Ok),
        }
    }
}

/// Reads the requests, also when plugins have the stdin of this process.
fn requests() -> std::io::Result<Receiver<ServeRequest>> {
    let input = streams::another_stdin()?;
    let (send, requests) = unbounded();
    thread::spawn(move || {
        for line in BufReader::new(input).lines().map_while(Result::ok) {
            let Ok(request) = serde_json::from_str(&line) else { return };
            if send.send(request).is_err() {
                return;
            }
        }
    });
    Ok(requests)
}

struct Child<'a> {
    manager: PluginManager,
    calls: &'a [RepeatedCall],
    /// The plugins of the current version.
    handles: Vec<PluginHandle>,
    made: u64,
    failed: u64,
}

impl Child<'_> {
    fn call(&mut self) -> Vec<CallAnswerLine> {
        let answers = call_all(&self.handles, self.calls);
        self.made += answers.len() as u64;
        self.failed += answers.iter().filter(|answer| answer.error.is_some()).count() as u64;
        answers
    }

    fn reply(
        &mut self,
        outcome: ServeOutcome,
        answers: Vec<CallAnswerLine>,
        errors: Vec<String>,
    ) -> ServeReply {
        let (calls, failed) = (std::mem::take(&mut self.made), std::mem::take(&mut self.failed));
        let retained = plugin_interface::retained().len();
        ServeReply { outcome, answers, calls, failed, retained, errors }
    }

    /// Loads a library as a watching manager does: beside the current version,
    /// which is dropped if that succeeds.
    fn load(&mut self, path: &Path) -> ServeReply {
        let begin = Instant::now();
        let (mut outcome, mut errors) = (None, Vec::new());
        let mut is_replaced = self.handles.is_empty();
        let (send, notifications) = bounded(1);
        let changed = WatchNotification::Changed { paths: vec![path.to_owned()], since: begin };
        let _ = send.send(changed);
        // The loop of the manager ends when this is dropped.
        let mut send = Some(send);
        let handles = &mut self.handles;
        let callback = |notification| {
            match notification {
                ManagerNotification::Event(WatchEvent::Handles(new, _)) => {
                    let version = new.first().map(|new| new.metadata().package.version.clone());
                    *handles = new;
                    let ms = begin.elapsed().as_secs_f64() * 1000.0;
                    outcome = Some((version.unwrap_or_default(), ms));
                    send = None;
                }
                ManagerNotification::Event(_) => {}
                ManagerNotification::Unloaded { .. } => is_replaced = true,
                ManagerNotification::Error(WatchError::Load { error, .. }) => {
                    let stage = error.stage().to_string();
                    let exit = Exit::from(&error) as u8;
                    errors.push((Some(stage), format!("{error:?}"), exit));
                    send = None;
                }
                ManagerNotification::Error(error) => {
                    errors.push((None, error.to_string(), Exit::Failed as u8));
                }
            }
            true
        };
        let directory = path.parent().unwrap_or(path);
        let options = WatchOptions { debounce_ms: 100, ..WatchOptions::default() };
        self.manager.process_all_watch_notifications_blocking(
            directory,
            notifications,
            options,
            callback,
        );
        let texts = |errors: Vec<(_, String, _)>| errors.into_iter().map(|it| it.1).collect();
        match outcome {
            Some(_) if !is_replaced => {
                self.reply(ServeOutcome::Unchanged, Vec::new(), texts(errors))
            }
            Some((version, ms)) => {
                let answers = self.call();
                self.reply(ServeOutcome::Swapped { version, ms }, answers, texts(errors))
            }
            None => {
                let none = || (None, "the library is gone".to_owned(), Exit::Failed as u8);
                let (stage, error, exit) = errors.pop().unwrap_or_else(none);
                self.reply(ServeOutcome::Refused { stage, error, exit }, Vec::new(), texts(errors))
            }
        }
    }
}
