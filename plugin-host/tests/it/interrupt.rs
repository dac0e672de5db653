//! Ctrl-C for one program that runs.

use std::process::Command;

/// Prepares a program that [`interrupt`] is to reach. On Windows it gets a console of
/// its own, since Ctrl-C goes to each program of a console.
pub(crate) fn can_be_interrupted(command: &mut Command) -> &mut Command {
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command
}

/// Interrupts a process as Ctrl-C does.
#[cfg(unix)]
pub(crate) fn interrupt(process: u32) {
    let mut kill = Command::new("kill");
    assert!(kill.args(["-INT", &process.to_string()]).status().unwrap().success());
}

/// Interrupts a process as Ctrl-C does: by a program that joins its console.
#[cfg(windows)]
pub(crate) fn interrupt(process: u32) {
    use std::sync::LazyLock;

    use crate::environment::Directory;

    const SOURCE: &str = "#include <windows.h>\n#include <stdlib.h>\n\
        int main(int count, char **arguments) {\n\
        FreeConsole();\n\
        return !(count == 2 && AttachConsole(strtoul(arguments[1], 0, 10))\n\
        && SetConsoleCtrlHandler(0, TRUE) && GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));\n}\n";
    // It is there until this process ends, and the directory stays.
    static PROGRAM: LazyLock<std::path::PathBuf> = LazyLock::new(|| {
        let directory = Box::leak(Box::new(Directory::new())).path();
        let (source, program) = (directory.join("interrupt.c"), directory.join("interrupt.exe"));
        std::fs::write(&source, SOURCE).unwrap();
        let built = Command::new("gcc").arg("-o").args([&program, &source]).status();
        assert!(built.expect("the tests need gcc").success());
        program
    });
    let mut interrupt = Command::new(&*PROGRAM);
    assert!(interrupt.arg(process.to_string()).status().unwrap().success());
}
