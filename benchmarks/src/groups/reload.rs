//! From a new file to the first new answer: not there yet.

use anyhow::Result;

use crate::harness::plugins::Plugins;
use crate::report::Section;

pub fn run(_: &Plugins) -> Result<Section> {
    Ok(Section {
        title: "Reload",
        text: "Not there yet: measured as soon as a handle follows its library (rename and close to the first new answer, \
               default and lowest settings, beside hot-lib-reloader and dynamic_reload)."
            .to_owned(),
        tables: Vec::new(),
        chart: None,
    })
}
