//! The child process that holds the current version.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use plugin_interface::crossbeam_channel::Sender;

use super::event::Event;
use crate::cli::DevArgs;
use crate::worker::child::{again, start};
use crate::worker::{ServeReply, ServeRequest};

/// The time that a process has to end.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// A running child.
pub(super) struct Server {
    number: u64,
    child: Child,
    requests: Option<ChildStdin>,
}

impl Server {
    /// Starts the child, from the thread that runs for as long as this program.
    pub(super) fn start(
        number: u64,
        args: &DevArgs,
        events: Sender<Event>,
    ) -> anyhow::Result<Self> {
        let mut command = again("serve", &args.load.policy)?;
        command.args(args.calls.iter().map(|call| format!("--call={call}")));
        if let Some(every) = args.every {
            command.arg(format!("--every={}s", every.as_secs_f64()));
        }
        if args.load.no_probe {
            command.arg("--no-probe");
        }
        command.arg(format!("--probe-timeout={}", args.load.probe_timeout.as_secs_f64()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C is for this program, which ends the child.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = start(&mut command)?;
        let requests = child.stdin.take();
        let replies = child.stdout.take().context("the child has no output")?;
        thread::spawn(move || {
            for line in BufReader::new(replies).lines().map_while(Result::ok) {
                let Ok(reply) = serde_json::from_str::<ServeReply>(&line) else { continue };
                let reply = Box::new(reply);
                if events.send(Event::Served { server: number, reply }).is_err() {
                    return;
                }
            }
            let _ = events.send(Event::ServerEnded { server: number });
        });
        Ok(Server { number, child, requests })
    }

    pub(super) fn is(&self, number: u64) -> bool {
        self.number == number
    }

    /// Sends a request. If the child has ended, an event says so.
    pub(super) fn ask(&mut self, request: &ServeRequest) -> anyhow::Result<()> {
        let line = serde_json::to_string(request)?;
        if let Some(requests) = &mut self.requests {
            let _ = writeln!(requests, "{line}");
        }
        Ok(())
    }

    /// Waits for the end of a child that has ended or is to end.
    pub(super) fn end(mut self) -> Option<ExitStatus> {
        self.requests = None;
        crate::worker::child::wait(&mut self.child, Some(PATIENCE)).ok().flatten()
    }

    /// Kills a child that does not answer.
    pub(super) fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input.
        self.requests = None;
    }
}
