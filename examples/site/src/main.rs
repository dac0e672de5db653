//! A generator of static sites, whose steps are plugins.
//!
//! `README.md` shows it at work.
#![forbid(unsafe_code)]

mod blog;
mod generator;
mod logger;
mod progress;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;
use std::{env, io, thread};

use plugin_interface::{PluginCounts, PluginEvent, Plugins, PluginsOptions, retained};
use site_interface::{Progress, Site, Step};

use crate::blog::Blog;
use crate::generator::Generator;
use crate::progress::ProgressLines;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: site build FOLDER, site watch FOLDER, or site list FOLDER";
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [command, folder] = &arguments[..] else { return Err(usage.into()) };
    let folder = PathBuf::from(folder);
    logger::install();

    let blog = Arc::new(Blog::read(folder.join("content"))?);
    let plugins = PluginsOptions::new()
        .provide::<dyn Site>(blog.clone())
        .provide::<dyn Progress>(Arc::new(ProgressLines))
        .open::<dyn Step>(folder.join("plugins"))?;
    let mut generator = Generator::new(blog, plugins.clone(), folder.join("public"));
    match &**command {
        "build" => build(&mut generator, &plugins)?,
        "watch" => watch(&mut generator, &plugins)?,
        "list" => plugins.list().iter().for_each(|plugin| println!("{plugin}")),
        _ => return Err(usage.into()),
    }

    // Nothing of the plugins may run when the program ends.
    drop(generator);
    plugins.close(Duration::from_secs(10));
    let PluginCounts { loaded, closed, destroyed, .. } = plugins.counts();
    println!("closed {closed} of {loaded} versions, destroyed {destroyed} plugins");
    for library in retained() {
        println!("still loaded: {}, {}", library.path.display(), library.outcome);
    }
    Ok(())
}

/// Writes the pages once.
fn build(generator: &mut Generator, plugins: &Plugins<dyn Step>) -> io::Result<()> {
    for error in plugins.rejected() {
        println!("{error}");
    }
    generator.generate()
}

/// What `watch` waits for.
enum Wake {
    Plugin(PluginEvent),
    Enter,
    EndOfInput,
}

/// Writes the pages again when a plugin changes, and when Enter is pressed.
fn watch(generator: &mut Generator, plugins: &Plugins<dyn Step>) -> io::Result<()> {
    let (wake, wakes) = channel();
    let (events, of_events) = (plugins.events(), wake.clone());
    while let Some(event) = events.try_next() {
        println!("{}", described(&event));
    }
    thread::spawn(move || events.map(Wake::Plugin).try_for_each(|event| of_events.send(event)));
    thread::spawn(move || {
        let lines = io::stdin().lines().map_while(Result::ok);
        lines.map(|_| Wake::Enter).chain([Wake::EndOfInput]).try_for_each(|it| wake.send(it))
    });
    generator.generate()?;
    for wake in wakes {
        match wake {
            Wake::Plugin(PluginEvent::Unloaded { .. }) => continue,
            Wake::Plugin(event) => println!("{}", described(&event)),
            Wake::Enter => {}
            Wake::EndOfInput => break,
        }
        generator.generate()?;
    }
    Ok(())
}

fn described(event: &PluginEvent) -> String {
    match event {
        PluginEvent::Loaded { names, .. } => format!("loaded {}", names.join(", ")),
        PluginEvent::Replaced { names, generation, .. } => {
            format!("replaced {} by version {generation}", names.join(", "))
        }
        PluginEvent::Removed { names, .. } => format!("removed {}", names.join(", ")),
        event => event.to_string(),
    }
}
