//! Several implementations in one library: one in a module, one with its own name,
//! and one with a constructor that receives the path of the library.
#![forbid(unsafe_code)]

use plugin_interface::{Greeter, PluginContext, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Greeter)]
mod plugin {}

mod german {
    use super::{Greeter, plugin_impl};

    #[derive(Default)]
    pub(crate) struct German;

    #[plugin_impl(Greeter)]
    impl Greeter for German {
        fn name(&self) -> &str {
            "german"
        }

        fn greet(&self, target: &str) -> String {
            format!("Hallo, {target}!")
        }
    }
}

/// Greets in French.
#[derive(Default)]
pub struct French;

#[plugin_impl(Greeter, name = "Francais")]
impl Greeter for French {
    fn name(&self) -> &str {
        "french"
    }

    fn greet(&self, target: &str) -> String {
        format!("Bonjour, {target} !")
    }
}

/// Greets as a robot that is named after its library.
pub struct Robot {
    name: String,
}

impl Robot {
    fn assemble(context: &PluginContext) -> Result<Self, std::io::Error> {
        let file = context.library_path().and_then(|path| path.file_name());
        let file = file.ok_or(std::io::ErrorKind::NotFound)?.display();
        Ok(Robot { name: format!("robot of {file}") })
    }
}

#[plugin_impl(Greeter, new = Robot::assemble)]
impl Greeter for Robot {
    fn name(&self) -> &str {
        &self.name
    }

    fn greet(&self, target: &str) -> String {
        format!("GREETINGS, {}.", target.to_uppercase())
    }
}
