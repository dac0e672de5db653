//! The interfaces between the generator and its plugins.
#![forbid(unsafe_code)]

use plugin_interface::{FfiSafe, plugin_interface};

/// A page of the site. It becomes the file `name` with the ending `.html`.
#[derive(Clone, Debug, PartialEq, FfiSafe)]
pub struct Page {
    pub name: String,
    pub title: String,
}

/// What every plugin is: one step on the way from a text to a page.
#[plugin_interface]
pub trait Step: Send + Sync {
    /// Returns the text as the next step receives it.
    ///
    /// # Errors
    ///
    /// If this page cannot be processed. Then it keeps its text.
    fn apply(&self, page: &Page, text: &str) -> Result<String, String>;
}

/// A service of the generator: the site as a whole.
#[plugin_interface]
pub trait Site: Send + Sync {
    /// Returns all pages, in the order of their names.
    fn pages(&self) -> Vec<Page>;
}

/// A service of the generator: shows how far a long task is.
#[plugin_interface]
pub trait Progress: Send + Sync {
    fn report(&self, task: &str, done: u32, of: u32);
}

/// A service of the plugin `highlight`, for any plugin that writes code.
#[plugin_interface]
pub trait Highlighter: Send + Sync {
    /// Returns the code as HTML.
    fn highlight(&self, language: &str, code: &str) -> String;
}
