//! The log of the generator, in which the records of plugins are too.

use std::io::Write;

use env_logger::{Builder, Env};

/// Shows warnings, or what the variable `RUST_LOG` says.
pub fn install() {
    Builder::from_env(Env::default().default_filter_or("warn"))
        .format(|out, record| {
            // Each record of a plugin has the name of its package.
            let plugin = record.key_values().get("plugin".into());
            let level = record.level().as_str().to_lowercase();
            match plugin {
                Some(plugin) => writeln!(out, "{level} of {plugin}: {}", record.args()),
                None => writeln!(out, "{level}: {}", record.args()),
            }
        })
        .init();
}
