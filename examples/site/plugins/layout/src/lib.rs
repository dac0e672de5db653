//! Puts a page into its frame: title, navigation, footer.
#![forbid(unsafe_code)]

use std::error::Error;
use std::sync::Arc;

use plugin_interface::{PluginConfig, PluginContext, plugin_aggregates, plugin_impl};
use site_interface::{Page, Site, Step};

#[plugin_aggregates(Step)]
mod plugin {}

#[derive(PluginConfig)]
struct Settings {
    /// The language of the pages, as browsers want it.
    #[config(default = "en")]
    language: String,
    /// The width of the text, in letters.
    #[config(default = 70, range = 40..=120)]
    width: u32,
    /// The last line of each page.
    footer: Option<String>,
}

struct Layout {
    site: Arc<dyn Site>,
    settings: Settings,
}

impl Layout {
    fn new(context: &PluginContext) -> Result<Self, Box<dyn Error>> {
        Ok(Layout { site: context.services().get()?, settings: context.config()? })
    }

    /// Returns links to all pages but this one.
    fn navigation(&self, current: &Page) -> String {
        let item = |page: &Page| match page == current {
            true => format!("{}\n", page.title),
            false => format!("<a href=\"{}.html\">{}</a>\n", page.name, page.title),
        };
        self.site.pages().iter().map(item).collect()
    }
}

#[plugin_impl(Step, new = Layout::new, needs(dyn Site), config = Settings)]
impl Step for Layout {
    fn apply(&self, page: &Page, text: &str) -> Result<String, String> {
        let Settings { language, width, footer } = &self.settings;
        let (title, navigation) = (&page.title, self.navigation(page));
        let footer = footer.iter().map(|line| format!("<footer>{line}</footer>\n"));
        Ok(format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<title>{title}</title>\n\
             <style>body {{ max-width: {width}ch; margin: auto }}</style>\n\
             <nav>\n{navigation}</nav>\n{text}{}</html>\n",
            footer.collect::<String>()
        ))
    }
}
