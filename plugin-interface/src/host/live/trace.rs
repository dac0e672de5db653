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
        LiveEvent::SubscriberPanicked { message } => {
            warn!(target: TARGET, %path, message, "subscriber panicked");
        }
        LiveEvent::StillUsed { generation, since, holders } => {
            warn!(target: TARGET, %path, generation, ?since, ?holders, "still used");
        }
        LiveEvent::NotStopped { generation, message } => {
            warn!(target: TARGET, %path, generation, message, "not stopped");
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
    use std::sync::{Mutex, Once};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::*;
    use crate::host::error::stage::Stage;
    use crate::host::live::announcer::Announcer;
    use crate::host::load::timings::StageTimes;

    static RECORDED: Mutex<String> = Mutex::new(String::new());

    /// Records events as text, but panics over those of `libfull.so`.
    struct Recorder;

    /// Writes the fields of an event.
    struct Scribe<'t>(&'t mut String);

    impl Visit for Scribe<'_> {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            *self.0 += &format!(" {field}={value:?}");
        }
    }

    impl Subscriber for Recorder {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == TARGET && *metadata.level() <= Level::INFO
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            let mut recorded = String::new();
            event.record(&mut Scribe(&mut recorded));
            assert!(!recorded.contains("libfull.so"), "a full disk, for the test");
            if recorded.contains("libx.so") {
                *RECORDED.lock().unwrap() += &format!("{}{recorded}", event.metadata().level());
            }
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    fn install() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
    }

    #[test]
    fn a_panic_of_the_subscriber_is_an_event_and_stops_nothing() {
        install();
        let announcer = Announcer::new("libfull.so".into());
        let events = announcer.listen();
        let (generation, times) = (1, StageTimes::default());
        announcer.announce(LiveEvent::Replaced { generation, times });
        assert!(matches!(events.try_next(), Some(LiveEvent::Replaced { .. })));
        let reported = events.try_next();
        let Some(LiveEvent::SubscriberPanicked { message }) = reported else {
            panic!("{reported:?}")
        };
        assert_eq!(message, "a full disk, for the test");
    }

    #[test]
    fn an_event_is_emitted_with_its_path_and_its_fields() {
        install();
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
