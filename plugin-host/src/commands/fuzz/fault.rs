//! A fault of a plugin, and the command that shows it.

use serde_json::Value;

use crate::cli::FuzzArgs;
use crate::exit::Exit;
use crate::fuzz::RandomCall;
use crate::report::fuzz::FoundFault;

/// The number of calls after which it is seen whether memory is kept.
pub(super) const REPEAT: u64 = 2_000;

/// What a call does that it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Crashed,
    Panicked,
    Hung,
    Invalid,
    Kept,
}

/// What a call did wrong.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) message: String,
}

impl Failure {
    /// Returns what two calls have in common that show the same fault.
    pub(super) fn key(&self) -> (Kind, String) {
        let text = match self.kind {
            Kind::Hung | Kind::Kept => "",
            Kind::Crashed => &self.message,
            // Up to the location of a panic, which has no space in it; values that
            // follow differ.
            Kind::Panicked => match self.message.split_once(" panicked at ") {
                Some((_, location)) => location.split(": ").next().unwrap_or_default(),
                None => &self.message,
            },
            Kind::Invalid => self.message.split(", found").next().unwrap_or_default(),
        };
        (self.kind, text.to_owned())
    }
}

/// A fault with the call that shows it.
pub(super) struct Fault {
    pub(super) failure: Failure,
    pub(super) call: RandomCall,
    /// The number of the random call that found it.
    pub(super) number: u64,
    /// `false` if the call alone, in a new process, does not show it.
    pub(super) is_shown_alone: bool,
}

impl Fault {
    pub(super) fn exit(&self) -> Exit {
        match self.failure.kind {
            Kind::Crashed | Kind::Panicked => Exit::Crashed,
            Kind::Hung => Exit::TimedOut,
            Kind::Invalid | Kind::Kept => Exit::Failed,
        }
    }

    pub(super) fn report(&self, args: &FuzzArgs, target: &str) -> FoundFault {
        let kind = match self.failure.kind {
            Kind::Crashed => "crashed",
            Kind::Panicked => "panicked",
            Kind::Hung => "hung",
            Kind::Invalid => "invalid value",
            Kind::Kept => "memory kept",
        };
        FoundFault {
            kind,
            method: self.call.method.clone(),
            message: self.failure.message.clone(),
            call: self.command(args, target),
        }
    }

    /// Returns the command that shows the fault, for a shell.
    fn command(&self, args: &FuzzArgs, target: &str) -> String {
        let file = quoted(&args.file.display().to_string());
        let plugin = args.plugin.as_ref().map(|name| format!(" --plugin {}", quoted(name)));
        let plugin = plugin.unwrap_or_default();
        if !self.is_shown_alone {
            let (seed, calls) = (args.seed, self.number + 1);
            return format!(
                "plugin-host fuzz --interface {target}{plugin} --seed {seed} --calls {calls} {file}"
            );
        }
        let option = match self.failure.kind {
            Kind::Hung => format!(" --timeout {}", args.timeout.as_secs_f64()),
            Kind::Kept => format!(" --repeat {REPEAT}"),
            _ => String::new(),
        };
        let method = &self.call.method;
        let arguments: String =
            self.call.arguments.iter().map(|it| format!(" {}", quoted(&ascii(it)))).collect();
        format!("plugin-host call{option}{plugin} {file} {target}.{method}{arguments}")
    }
}

/// Quotes a text for a shell, if it needs that.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// Writes JSON with printable ASCII only, so that each terminal and shell takes it.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            ' '..='~' => text.push(c),
            c => {
                let units = c.encode_utf16(&mut [0; 2]).to_vec();
                text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_shell_reads_is_the_value() {
        let value = json!("it's \u{7f} \u{1f600} \n");
        let text = ascii(&value);
        assert_eq!(text, r#""it's \u007f \ud83d\ude00 \n""#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(quoted(&text), r#"'"it'\''s \u007f \ud83d\ude00 \n"'"#);
        assert_eq!(quoted("-5"), "-5");
    }
}
