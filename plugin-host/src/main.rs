//! The `plugin-host` program; the library contains its code.

fn main() -> std::process::ExitCode {
    plugin_host::main()
}
