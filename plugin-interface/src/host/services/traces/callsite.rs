//! Callsites of this host for those of plugins.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::callsite::{Callsite, Identifier, register};
use tracing::dispatcher::get_default;
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};

/// The field that has the name of the plugin.
pub(super) const PLUGIN: &str = "plugin";

/// What a plugin says of one of its callsites. Equal ones are one callsite here, so
/// that another load of a plugin adds none.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Description {
    pub(crate) is_span: bool,
    pub(crate) level: Level,
    pub(crate) line: Option<u32>,
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) module: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) fields: Vec<String>,
}

/// A callsite of this host, which is never freed: a subscriber may keep what it has.
pub(crate) struct HostCallsite {
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
    /// From 1, for other processes.
    #[cfg_attr(not(all(unix, feature = "process")), expect(dead_code, reason = "for workers"))]
    number: u32,
}

/// All callsites of plugins.
#[derive(Default)]
struct All {
    by_description: HashMap<&'static Description, &'static HostCallsite>,
    by_number: Vec<&'static HostCallsite>,
}

/// Does something with all callsites.
fn with_all<R>(act: impl FnOnce(&mut All) -> R) -> R {
    static ALL: Mutex<Option<All>> = Mutex::new(None);
    act(ALL.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Whether a subscriber wants what a callsite has.
#[cfg(all(unix, feature = "process"))]
pub(crate) enum Interested {
    Never,
    /// This time; it is asked each time.
    Sometimes(bool),
    Always,
}

const UNREGISTERED: u8 = 0;
const NEVER: u8 = 1;
const SOMETIMES: u8 = 2;
const ALWAYS: u8 = 3;

impl HostCallsite {
    /// Returns the callsite of that description.
    pub(crate) fn of(description: Description) -> &'static Self {
        with_all(|all| {
            if let Some(known) = all.by_description.get(&description) {
                return *known;
            }
            let description: &'static Description = Box::leak(Box::new(description));
            let callsite = Self::new(description, all.by_number.len() as u32 + 1);
            all.by_description.insert(description, callsite);
            all.by_number.push(callsite);
            callsite
        })
    }

    fn new(of: &'static Description, number: u32) -> &'static Self {
        let mut fields: Vec<&'static str> = of.fields.iter().map(String::as_str).collect();
        if !fields.contains(&PLUGIN) {
            fields.push(PLUGIN);
        }
        let callsite: &'static Self = Box::leak(Box::new(HostCallsite {
            metadata: OnceLock::new(),
            interest: AtomicU8::new(UNREGISTERED),
            number,
        }));
        callsite.metadata.get_or_init(|| {
            Metadata::new(
                &of.name,
                &of.target,
                of.level,
                of.file.as_deref(),
                of.line,
                of.module.as_deref(),
                FieldSet::new(Vec::leak(fields), Identifier(callsite)),
                if of.is_span { Kind::SPAN } else { Kind::EVENT },
            )
        });
        callsite
    }

    pub(crate) fn metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get().expect("set when it was created")
    }

    /// Returns `true` if a subscriber wants what it has, as the macros of `tracing` ask.
    pub(crate) fn is_enabled(&'static self) -> bool {
        if self.interest.load(Ordering::Acquire) == UNREGISTERED {
            let [from, to] = [UNREGISTERED, SOMETIMES];
            let first =
                self.interest.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire);
            if first.is_ok() {
                // Calls subscribers, which may come here again.
                register(self);
            }
        }
        match self.interest.load(Ordering::Acquire) {
            NEVER => false,
            ALWAYS => true,
            _ => get_default(|subscriber| subscriber.enabled(self.metadata())),
        }
    }
}

/// For workers, which know a callsite by its number.
#[cfg(all(unix, feature = "process"))]
impl HostCallsite {
    /// Returns the callsite of that description, if there is one.
    pub(crate) fn known(description: &Description) -> Option<&'static Self> {
        with_all(|all| all.by_description.get(description).copied())
    }

    pub(crate) fn numbered(number: u32) -> Option<&'static Self> {
        with_all(|all| all.by_number.get((number as usize).checked_sub(1)?).copied())
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Asks the subscriber, and tells whether the answer is the same each time.
    pub(crate) fn interest(&'static self) -> Interested {
        let is_enabled = self.is_enabled();
        match self.interest.load(Ordering::Acquire) {
            NEVER => Interested::Never,
            ALWAYS => Interested::Always,
            _ => Interested::Sometimes(is_enabled),
        }
    }
}

impl Callsite for HostCallsite {
    fn set_interest(&self, interest: Interest) {
        let interest = match interest {
            _ if interest.is_never() => NEVER,
            _ if interest.is_always() => ALWAYS,
            _ => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Release);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("set when it was created")
    }
}
