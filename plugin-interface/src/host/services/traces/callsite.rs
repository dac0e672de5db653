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
pub(super) struct Description {
    pub(super) is_span: bool,
    pub(super) level: Level,
    pub(super) line: Option<u32>,
    pub(super) name: String,
    pub(super) target: String,
    pub(super) module: Option<String>,
    pub(super) file: Option<String>,
    pub(super) fields: Vec<String>,
}

/// A callsite of this host, which is never freed: a subscriber may keep what it has.
pub(super) struct HostCallsite {
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

const UNREGISTERED: u8 = 0;
const NEVER: u8 = 1;
const SOMETIMES: u8 = 2;
const ALWAYS: u8 = 3;

impl HostCallsite {
    /// Returns the callsite of that description.
    pub(super) fn of(description: Description) -> &'static Self {
        static ALL: Mutex<Option<HashMap<&'static Description, &'static HostCallsite>>> =
            Mutex::new(None);
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.get_or_insert_default();
        if let Some(known) = all.get(&description) {
            return known;
        }
        let description: &'static Description = Box::leak(Box::new(description));
        let callsite = Self::new(description);
        all.insert(description, callsite);
        callsite
    }

    fn new(of: &'static Description) -> &'static Self {
        let mut fields: Vec<&'static str> = of.fields.iter().map(String::as_str).collect();
        if !fields.contains(&PLUGIN) {
            fields.push(PLUGIN);
        }
        let callsite: &'static Self = Box::leak(Box::new(HostCallsite {
            metadata: OnceLock::new(),
            interest: AtomicU8::new(UNREGISTERED),
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

    pub(super) fn metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get().expect("set when it was created")
    }

    /// Returns `true` if a subscriber wants what it has, as the macros of `tracing` ask.
    pub(super) fn is_enabled(&'static self) -> bool {
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
