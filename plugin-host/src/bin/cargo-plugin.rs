//! `cargo plugin ..`: the program `plugin-host`, as a command of cargo.

fn main() -> std::process::ExitCode {
    plugin_host::cargo_main()
}
