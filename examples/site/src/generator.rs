//! Sends each page through the steps.

use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, io};

use plugin_interface::{Plugin, Plugins};
use site_interface::{Page, Step, StepProxy};

use crate::blog::{Blog, Source};

pub struct Generator {
    blog: Arc<Blog>,
    plugins: Plugins<dyn Step>,
    folder: PathBuf,
    /// What the pages were made of.
    last: (Vec<Source>, Vec<Version>),
    /// The plugins that panicked.
    disabled: Vec<Version>,
}

/// The package of a plugin, and the number of its version.
type Version = (String, u64);

fn version(step: &Plugin<dyn Step>) -> Version {
    (Plugin::package(step).to_owned(), Plugin::generation(step))
}

impl Generator {
    pub fn new(blog: Arc<Blog>, plugins: Plugins<dyn Step>, folder: PathBuf) -> Self {
        Generator { blog, plugins, folder, last: Default::default(), disabled: Vec::new() }
    }

    /// Writes the pages that are not as they were.
    pub fn generate(&mut self) -> io::Result<()> {
        // Each step stays as it is until this returns, also if it is replaced.
        let steps = self.plugins.all();
        let sources = self.blog.read_again()?;
        let versions: Vec<_> = steps.iter().map(version).collect();
        if self.last == (sources.clone(), versions.clone()) {
            return Ok(());
        }
        self.disabled.retain(|disabled| versions.contains(disabled));
        fs::create_dir_all(&self.folder)?;
        for source in &sources {
            let mut text = source.text.clone();
            for step in &steps {
                text = self.apply(step, &source.page, text);
            }
            let file = self.folder.join(&source.page.name).with_extension("html");
            if fs::read_to_string(&file).is_ok_and(|written| written == text) {
                continue;
            }
            fs::write(&file, text)?;
            println!("wrote {}", file.display());
        }
        self.last = (sources, versions);
        Ok(())
    }

    /// Returns the text after a step. If the step fails, the text stays as it is.
    fn apply(&mut self, step: &Plugin<dyn Step>, page: &Page, text: String) -> String {
        let name = Plugin::package(step);
        if self.disabled.contains(&version(step)) {
            return text;
        }
        match StepProxy::checked(step).apply(page, &text) {
            Ok(Ok(text)) => text,
            Ok(Err(reason)) => {
                println!("{name} leaves {} as it is: {reason}", page.name);
                text
            }
            Err(panic) => {
                println!("{name} is disabled until its next version: {panic}");
                self.disabled.push(version(step));
                text
            }
        }
    }
}
