//! A worker with a sandbox, and what came of it.

use super::super::isolated::Isolated;
use super::super::worker::Worker;
use super::enforced::Enforced;
use super::rules::Sandbox;

impl Worker {
    /// Restricts what the plugins may do, on Linux. The program of the workers needs the
    /// feature too.
    ///
    /// No file that this process has open is passed on, but stdout and stderr as
    /// elsewhere. The variables of the environment are: see
    /// [`environment`](Self::environment).
    ///
    /// Feature `sandbox`.
    pub fn sandbox(self, sandbox: Sandbox) -> Self {
        Worker { sandbox: Some(sandbox), ..self }
    }
}

impl Isolated {
    /// Returns what the system enforces of the sandbox; `None` if there is none.
    ///
    /// Feature `sandbox`.
    pub fn enforced(&self) -> Option<Enforced> {
        self.library.enforced()
    }
}
