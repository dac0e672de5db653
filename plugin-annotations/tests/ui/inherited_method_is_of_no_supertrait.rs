use plugin_interface::plugin_interface;

pub trait Named {
    fn name(&self) -> String;
}

#[plugin_interface(version = "1.1")]
pub trait Tool: Send {
    #[inherit(Named)]
    fn name(&self) -> String;
    fn run(&self);
}

#[plugin_interface]
pub trait Saw: Named {
    #[inherit]
    fn name(&self) -> String;
}

#[plugin_interface(version = "1.1")]
pub trait Drill: Named {
    #[inherit(Named)]
    #[since("1.1")]
    fn name(&self) -> String {
        String::new()
    }
}

fn main() {}
