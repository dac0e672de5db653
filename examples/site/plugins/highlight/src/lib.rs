//! Marks the words of code. It serves other plugins, and adds its style to pages.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{Provide, plugin_aggregates, plugin_impl};
use site_interface::{Highlighter, Page, Step};

#[plugin_aggregates(Step)]
mod plugin {}

#[derive(Default)]
struct Highlight;

impl Provide<dyn Highlighter> for Highlight {
    fn provide(&self) -> Arc<dyn Highlighter> {
        Arc::new(Words)
    }
}

#[plugin_impl(Step, provides(dyn Highlighter))]
impl Step for Highlight {
    fn apply(&self, _: &Page, text: &str) -> Result<String, String> {
        let style =
            if text.contains("<pre>") { "<style>pre b { color: teal }</style>\n" } else { "" };
        Ok(format!("{style}{text}"))
    }
}

/// Makes the keywords of a language bold.
struct Words;

impl Highlighter for Words {
    fn highlight(&self, language: &str, code: &str) -> String {
        let keywords: &[&str] = match language {
            "rust" => &["fn", "impl", "let", "mut", "pub", "struct", "trait", "use"],
            "sh" => &["do", "done", "else", "fi", "for", "if", "then"],
            _ => &[],
        };
        let word = |word: &str| match keywords.contains(&word.trim_end()) {
            true => format!("<b>{word}</b>"),
            false => escape(word),
        };
        code.split_inclusive(char::is_whitespace).map(word).collect()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
