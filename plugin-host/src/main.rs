//! The `plugin-host` command. All of it is in the library.

fn main() -> std::process::ExitCode {
    plugin_host::main()
}
