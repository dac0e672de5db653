//! A subscriber that keeps decisions.

use std::collections::HashMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The fields of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Decision {
    pub(crate) level: String,
    pub(crate) message: String,
    pub(crate) policy: String,
    pub(crate) sha256: Option<String>,
    pub(crate) blake3: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) exception: Option<String>,
    pub(crate) refused: Option<String>,
    pub(crate) path: PathBuf,
}

impl Decision {
    /// A decision without the fields that differ.
    pub(crate) fn approved() -> Self {
        let (level, message) = ("INFO".to_owned(), "approved".to_owned());
        Decision { level, message, ..Self::default() }
    }

    /// The error of a refusal.
    #[track_caller]
    pub(crate) fn refusal(&self) -> &str {
        assert_eq!((&*self.level, &*self.message), ("WARN", "refused"), "{self:?}");
        self.refused.as_ref().unwrap()
    }
}

impl Visit for Decision {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value = value.to_owned();
        match field.name() {
            "policy" => self.policy = value,
            "sha256" => self.sha256 = Some(value),
            "blake3" => self.blake3 = Some(value),
            "key" => self.key = Some(value),
            "exception" => self.exception = Some(value),
            "error" => self.refused = Some(value),
            other => panic!("{other}"),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "path" => self.path = format!("{value:?}").into(),
            other => panic!("{other}"),
        }
    }
}

/// An event of a `Live`.
#[derive(Default)]
struct OfLive {
    message: String,
    path: PathBuf,
}

impl Visit for OfLive {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "path" => self.path = format!("{value:?}").into(),
            _ => {}
        }
    }
}

type Answer = Arc<dyn Fn() + Send + Sync>;
type LiveAnswer = Arc<dyn Fn(&str) + Send + Sync>;

static SEEN: Mutex<Vec<Decision>> = Mutex::new(Vec::new());
static ANSWERS: LazyLock<Mutex<HashMap<PathBuf, Answer>>> = LazyLock::new(Mutex::default);

static LIVE_ANSWERS: LazyLock<Mutex<HashMap<PathBuf, LiveAnswer>>> = LazyLock::new(Mutex::default);

const LIVE: &str = "plugin_interface::live";

struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_decision = metadata.target() == "plugin_interface::trust";
        metadata.target() == LIVE || is_decision && *metadata.level() <= Level::INFO
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == LIVE {
            let mut of_live = OfLive::default();
            event.record(&mut of_live);
            let answer = LIVE_ANSWERS.lock().unwrap().get(&of_live.path).cloned();
            return answer.into_iter().for_each(|answer| answer(&of_live.message));
        }
        let level = event.metadata().level().to_string();
        let mut decision = Decision { level, ..Decision::default() };
        event.record(&mut decision);
        let answer = ANSWERS.lock().unwrap().get(&decision.path).cloned();
        SEEN.lock().unwrap().push(decision);
        if let Some(answer) = answer {
            answer();
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

/// Returns the decisions on a file since the last call.
pub(crate) fn decisions(path: &Path) -> Vec<Decision> {
    let seen = &mut *SEEN.lock().unwrap();
    let (ours, others) = std::mem::take(seen).into_iter().partition(|it| it.path == path);
    *seen = others;
    let ours: Vec<Decision> = ours;
    ours.into_iter().map(|it| Decision { path: PathBuf::new(), ..it }).collect()
}

/// Sets what the subscriber does at each decision on a file.
pub(crate) fn answer(path: &Path, answer: impl Fn() + Send + Sync + 'static) {
    ANSWERS.lock().unwrap().insert(path.to_owned(), Arc::new(answer));
}

/// Sets what the subscriber does at each event of a `Live` of a file.
pub(crate) fn answer_live(path: &Path, answer: impl Fn(&str) + Send + Sync + 'static) {
    LIVE_ANSWERS.lock().unwrap().insert(path.to_owned(), Arc::new(answer));
}
