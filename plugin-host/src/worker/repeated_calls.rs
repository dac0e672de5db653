//! Calls of plugins that `dev` repeats.

use std::str::FromStr;

use plugin_interface::PluginHandle;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::output::describe;

/// A method of an interface, and its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RepeatedCall {
    pub(crate) interface: String,
    pub(crate) method: String,
    pub(crate) arguments: Vec<Value>,
}

/// The answer of one plugin.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct CallAnswerLine {
    /// The plugin and the method.
    pub(crate) call: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

impl FromStr for RepeatedCall {
    type Err = String;

    /// Parses the form `Interface.method ARGUMENTS`, of which the arguments are
    /// JSON.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (target, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let Some((interface, method)) = target.rsplit_once('.') else {
            return Err(format!("expected a call such as 'Tool.apply \"hello\"', found `{text}`"));
        };
        let arguments = serde_json::Deserializer::from_str(rest).into_iter();
        let arguments: Result<Vec<Value>, _> = arguments.collect();
        let arguments = arguments.map_err(|error| {
            format!(
                "expected arguments in JSON, such as '{target} \"hello\"', found `{rest}`: {error}"
            )
        })?;
        let (interface, method) = (interface.to_owned(), method.to_owned());
        Ok(RepeatedCall { interface, method, arguments })
    }
}

impl std::fmt::Display for RepeatedCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.interface, self.method)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl RepeatedCall {
    pub(crate) fn is_of(&self, path: &str) -> bool {
        path == self.interface || path.rsplit("::").next() == Some(&self.interface)
    }

    fn call(&self, plugin: &PluginHandle) -> CallAnswerLine {
        let call = format!("{}.{}", plugin.name(), self.method);
        let called = plugin.dynamic().and_then(|it| it.call(&self.method, self.arguments.clone()));
        match called {
            Ok(found) => CallAnswerLine { call, answer: Some(found.value), error: None },
            Err(error) => CallAnswerLine { call, answer: None, error: Some(describe(&error)) },
        }
    }
}

/// Makes each call on each plugin of its interface.
pub(crate) fn call_all(plugins: &[PluginHandle], calls: &[RepeatedCall]) -> Vec<CallAnswerLine> {
    let mut answers = Vec::new();
    for call in calls {
        let is_it = |plugin: &&PluginHandle| call.is_of(plugin.interface());
        let called: Vec<_> = plugins.iter().filter(is_it).map(|plugin| call.call(plugin)).collect();
        if called.is_empty() && !plugins.is_empty() {
            let error = format!("no plugin implements {}", call.interface);
            let call = call.to_string();
            answers.push(CallAnswerLine { call, answer: None, error: Some(error) });
        }
        answers.extend(called);
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_a_method_and_its_arguments_in_json() {
        let call: RepeatedCall = "tool::Tool.apply  \"a b\" [1, 2]".parse().unwrap();
        assert_eq!((&*call.interface, &*call.method), ("tool::Tool", "apply"));
        assert_eq!(call.arguments, [Value::from("a b"), Value::from(vec![1, 2])]);
        assert_eq!(call.to_string().parse(), Ok(call));
        let call: RepeatedCall = "Tool.name".parse().unwrap();
        assert!(call.arguments.is_empty() && call.is_of("a::Tool") && !call.is_of("a::MyTool"));
        assert!("Tool".parse::<RepeatedCall>().unwrap_err().contains("expected a call such as"));
        let wrong = "Tool.apply hello".parse::<RepeatedCall>().unwrap_err();
        assert!(wrong.contains("found `hello`"), "{wrong}");
    }
}
