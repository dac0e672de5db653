//! The events as those of `tracing`.

use std::path::Path;

use tracing::{debug, info, warn};

use super::events::LiveEvent;

const TARGET: &str = "plugin_interface::live";

pub(super) fn emit(path: &Path, event: &LiveEvent) {
    let path = path.display();
    match event {
        LiveEvent::Loaded { generation, times } => {
            info!(target: TARGET, %path, generation, %times, "loaded");
        }
        LiveEvent::Replaced { generation, times } => {
            info!(target: TARGET, %path, generation, %times, "replaced");
        }
        LiveEvent::Refused { generation, stage, message, times } => {
            warn!(target: TARGET, %path, generation, %stage, message, %times, "refused");
        }
        LiveEvent::StillUsed { generation, since, holders } => {
            warn!(target: TARGET, %path, generation, ?since, ?holders, "still used");
        }
        LiveEvent::Retired { generation, after, panicked } => {
            debug!(target: TARGET, %path, generation, ?after, ?panicked, "retired");
        }
        LiveEvent::Unloaded { generation, counter, outcome } => {
            debug!(target: TARGET, %path, generation, ?counter, ?outcome, "unloaded");
        }
    }
}
