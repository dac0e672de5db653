//! Warns of links to pages that do not exist. It calls the generator back.
#![forbid(unsafe_code)]

use std::sync::Arc;

use plugin_interface::{PluginContext, ServiceError, plugin_aggregates, plugin_impl};
use site_interface::{Page, Progress, Site, Step};

#[plugin_aggregates(Step)]
mod plugin {}

struct Links {
    site: Arc<dyn Site>,
    /// A generator need not show it.
    progress: Option<Arc<dyn Progress>>,
}

impl Links {
    fn new(context: &PluginContext) -> Result<Self, ServiceError> {
        Ok(Links { site: context.services().get()?, progress: context.service() })
    }
}

#[plugin_impl(Step, new = Links::new, needs(dyn Site))]
impl Step for Links {
    fn apply(&self, page: &Page, text: &str) -> Result<String, String> {
        let pages = self.site.pages();
        let targets: Vec<_> = text.split("href=\"").skip(1).collect();
        for (number, target) in (1..).zip(&targets) {
            let target = target.split('"').next().unwrap_or_default();
            log::debug!("{} has a link to {target}", page.name);
            let name = target.strip_suffix(".html").unwrap_or(target);
            let is_page = pages.iter().any(|page| page.name == name);
            if !is_page && !target.contains("://") {
                log::warn!("{}: there is no page {target}", page.name);
            }
            if let Some(progress) = &self.progress {
                progress.report(&format!("links of {}", page.name), number, targets.len() as u32);
            }
        }
        Ok(text.to_owned())
    }
}
