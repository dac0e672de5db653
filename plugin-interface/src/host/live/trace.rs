//! Emits the events through `tracing`.

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
        #[cfg(feature = "watch")]
        LiveEvent::WatchImpaired { message } => {
            warn!(target: TARGET, %path, message, "watch impaired");
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

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::sync::Mutex;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::*;
    use crate::host::error::stage::Stage;
    use crate::host::load::timings::StageTimes;

    static RECORDED: Mutex<String> = Mutex::new(String::new());

    /// Records events as text.
    struct Scribe;

    impl Visit for Scribe {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            *RECORDED.lock().unwrap() += &format!(" {field}={value:?}");
        }
    }

    impl Subscriber for Scribe {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == TARGET && *metadata.level() <= Level::INFO
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            *RECORDED.lock().unwrap() += event.metadata().level().as_str();
            event.record(&mut Scribe);
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn an_event_is_emitted_with_its_path_and_its_fields() {
        tracing::subscriber::set_global_default(Scribe).unwrap();
        let (times, message) = (StageTimes::default(), "too bad".to_owned());
        let refused = LiveEvent::Refused { generation: 3, stage: Stage::Check, message, times };
        emit(Path::new("libx.so"), &refused);
        let recorded = RECORDED.lock().unwrap();
        assert!(
            recorded.starts_with("WARN message=refused path=libx.so generation=3"),
            "{recorded}"
        );
        assert!(recorded.contains("stage=check message=\"too bad\""), "{recorded}");
    }
}
