//! A child process tries each library first, where the host asks for it.

use std::fs;
use std::time::Duration;

use plugin_interface::{ErrorClass, Greeter, LoadError, PluginManager, Probe};

use crate::deadline::until;
use crate::fixtures::{Directory, fixture};

fn manager() -> PluginManager {
    PluginManager::new().with_probe(Probe::new(fixture("driver")).argument("probe"))
}

#[test]
fn what_a_child_survives_is_loaded() {
    let directory = Directory::of(&["healthy", "faulty"]);
    directory.compile("by_hand", &[], "");
    let mut manager = manager();
    let loaded = manager.load::<dyn Greeter>(directory.path()).unwrap();
    assert_eq!(loaded.len(), 2 + 3 + 1, "{:?}", manager.rejected());
    // Constructors that fail or panic are the host's to see.
    assert_eq!(manager.rejected().len(), 2);
}

#[test]
fn a_probe_that_somebody_ends_is_no_crash_and_is_tried_again() {
    for signal in ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] {
        let directory = Directory::new();
        let mark = directory.path().join("mark");
        // As Ctrl-C does, once.
        let body = format!(
            "#include <fcntl.h>\n#include <signal.h>\n\
             __attribute__((constructor)) static void begin(void) {{\n\
             if (open({mark:?}, O_CREAT | O_EXCL, 0600) < 0) return;\n\
             // A program that `nohup` starts ignores SIGHUP.\n\
             signal({signal}, SIG_DFL);\n\
             raise({signal});\n}}\n"
        );
        let library = directory.compile("interrupted", &[], &body);
        let mut manager = manager();
        let refused = manager.load_library(&library).unwrap_err();
        let LoadError::ProbeInterrupted { how, .. } = &refused else { panic!("{refused:?}") };
        assert!(how.contains(signal), "{how}");
        assert_eq!(refused.class(), ErrorClass::Failed);
        assert_eq!(manager.load_library(&library).unwrap().len(), 1);
    }
}

#[test]
fn what_a_child_does_not_survive_is_refused_before_it_is_opened() {
    let begin = |body: &str| {
        format!(
            "#include <stdlib.h>\n#include <unistd.h>\n\
             __attribute__((constructor)) static void begin(void) {{ {body} }}\n"
        )
    };
    let directory = Directory::of(&["healthy"]);
    // Noise on stdout is neither a crash nor survival.
    directory.compile("noise", &[], &begin("if (write(1, \"caf\\xe9\", 4)) {}"));
    directory.compile(
        "noisy_hang",
        &[],
        &begin("if (write(1, \"\\xe9\\n\", 2)) for (;;) sleep(1);"),
    );
    directory.compile("silent_hang", &[], &begin("close(1); for (;;) sleep(1);"));
    directory.compile("a_crash", &[], &begin("*(volatile int *)8 = 1;"));
    directory.compile("an_exit", &[], &begin("exit(4);"));
    directory.compile("call", &["CRASH_IN_GREET"], "");
    directory.compile("hang", &[], &begin("for (;;) sleep(1);"));
    let probe = Probe::new(fixture("driver")).argument("probe");
    let probe = probe.deadline(Duration::from_secs(3));
    let mut manager = PluginManager::new().with_probe(probe);
    assert_eq!(manager.load::<dyn Greeter>(directory.path()).unwrap().len(), 2 + 1);
    let texts: Vec<_> = manager.rejected().iter().map(ToString::to_string).collect();
    let [crash, exit, call, hangs @ ..] = &texts[..] else { panic!("{texts:?}") };
    assert!(crash.contains("killed by SIGSEGV"), "{crash}");
    assert!(exit.contains("ended itself with exit code 4"), "{exit}");
    assert!(call.contains("killed by SIGABRT"), "{call}");
    assert_eq!(hangs.len(), 3);
    for hang in hangs {
        assert!(hang.contains("did not answer within 3s"), "{hang}");
    }
}

#[test]
fn a_process_that_a_plugin_started_is_not_listened_to_any_longer_than_the_child() {
    let directory = Directory::new();
    let [first, ended] = ["first", "ended"].map(|name| directory.path().join(name));
    // In the child, which opens it first: prints until nobody listens.
    let prints = format!(
        "#include <fcntl.h>\n#include <signal.h>\n#include <stdio.h>\n#include <unistd.h>\n\
         __attribute__((constructor)) static void begin(void) {{\n\
         if (open(\"{}\", O_CREAT | O_EXCL, 0600) < 0 || fork()) return;\n\
         signal(SIGPIPE, SIG_IGN);\n\
         while (write(1, \"x\\n\", 2) == 2) usleep(1000);\n\
         fclose(fopen(\"{}\", \"w\")); _exit(0);\n}}\n",
        first.display(),
        ended.display()
    );
    let path = directory.compile("forks", &[], &prints);
    manager().load_library(&path).unwrap();
    until("nobody listens to the child any more", || ended.exists());
}

#[test]
fn a_library_that_was_tried_well_is_tried_again_only_when_it_changed() {
    let directory = Directory::new();
    let log = directory.path().join("log");
    // Notes each time that it is opened, by whichever process.
    let notes = format!(
        "#include <stdio.h>\n__attribute__((constructor)) static void begin(void) {{\n\
         FILE *f = fopen(\"{}\", \"a\"); if (f) {{ fputc('.', f); fclose(f); }}\n}}\n",
        log.display()
    );
    let opened = || fs::read_to_string(&log).unwrap().len();
    let path = directory.compile("noting", &[], &notes);
    let mut manager = manager();
    manager.load_library(&path).unwrap();
    assert_eq!(opened(), 2, "by the child and by the host");
    manager.load_library(&path).unwrap();
    assert_eq!(opened(), 3, "by the host");
    directory.compile("noting", &[], &notes);
    manager.load_library(&path).unwrap();
    assert_eq!(opened(), 5, "by a child again");
}

#[test]
fn a_helper_that_does_not_start_is_named() {
    let directory = Directory::of(&["healthy"]);
    let mut manager = PluginManager::new().with_probe(Probe::new("no/such/helper"));
    let error = manager.load_library(directory.library("healthy")).unwrap_err();
    assert!(matches!(&error, LoadError::ProbeNotStarted { .. }), "{error}");
    assert!(error.to_string().contains("no/such/helper does not start"), "{error}");
}
