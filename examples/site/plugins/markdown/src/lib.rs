//! Turns a little Markdown into HTML. Code goes to the plugin that highlights it.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{PluginContext, ServiceError, plugin_aggregates, plugin_impl};
use site_interface::{Highlighter, Page, Step};

#[plugin_aggregates(Step)]
mod plugin {}

struct Markdown {
    highlighter: Arc<dyn Highlighter>,
}

impl Markdown {
    fn new(context: &PluginContext) -> Result<Self, ServiceError> {
        Ok(Markdown { highlighter: context.services().get()? })
    }

    fn block(&self, block: &str) -> String {
        if let Some(code) = block.strip_prefix("```").and_then(|block| block.strip_suffix("```")) {
            let (language, code) = code.split_once('\n').unwrap_or_default();
            return format!("<pre>{}</pre>\n", self.highlighter.highlight(language, code));
        }
        if let Some(heading) = block.strip_prefix("# ") {
            return format!("<h1>{}</h1>\n", inline(heading));
        }
        format!("<p>{}</p>\n", inline(block))
    }
}

#[plugin_impl(Step, new = Markdown::new, needs(dyn Highlighter))]
impl Step for Markdown {
    fn apply(&self, _: &Page, text: &str) -> Result<String, String> {
        if text.matches("```").count() % 2 == 1 {
            return Err("a block of code has no end".into());
        }
        Ok(text.trim().split("\n\n").map(|block| self.block(block)).collect())
    }
}

/// Turns links such as `[tea](tea.html)` into HTML.
fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, words, target, after)) = next_link(rest) {
        html += &format!("{before}<a href=\"{target}\">{words}</a>");
        rest = after;
    }
    html + rest
}

/// Returns the text before the first link, its words, its target and the rest.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, link) = text.split_once('[')?;
    let (words, link) = link.split_once("](")?;
    let (target, after) = link.split_once(')')?;
    Some((before, words, target, after))
}
