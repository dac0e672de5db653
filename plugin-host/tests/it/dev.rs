//! `dev`: each save has its outcome, and no call fails.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::deadline::{until, within};
use crate::environment::{Directory, answer, command, root, share_builds};

const TOOL: &str = "#[plugin_interface::plugin_interface]\n\
    pub trait Tool: Send + Sync {\n    fn apply(&self, text: &str) -> String;\n}\n";

/// A plugin that answers with a number.
fn shout(number: u32) -> String {
    format!(
        "use plugin_interface::{{plugin_aggregates, plugin_impl}};\n\
         #[plugin_aggregates(tool::Tool)]\nmod plugin {{}}\n\
         struct Shout;\n\
         impl Default for Shout {{\n    fn default() -> Self {{ Shout }}\n}}\n\
         #[plugin_impl(tool::Tool)]\nimpl tool::Tool for Shout {{\n\
         fn apply(&self, text: &str) -> String {{ format!(\"{{text}} {number}\") }}\n}}\n"
    )
}

/// A workspace with an interface and a plugin in a folder for each, and a folder
/// that is no part of the plugin.
struct Project {
    folder: Directory,
    name: &'static str,
}

impl Project {
    fn new(name: &'static str) -> Self {
        let project = Project { folder: Directory::new(), name };
        let interface = root().join("plugin-interface");
        let ours = format!(
            "[dependencies]\nplugin-interface = {{ path = {interface:?}, default-features = false }}\n"
        );
        let package = |name: &str, more: &str| {
            format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}")
        };
        share_builds(project.path());
        project.write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"tool\", \"shout\", \"app\"]\nresolver = \"3\"\n",
        );
        // Cargo tells packages of one target folder by their names, and by their
        // folders within the workspace.
        let tool = format!("{name}-tool");
        let lib = format!("[lib]\nname = \"tool\"\n{ours}");
        project.write("tool/Cargo.toml", &package(&tool, &lib));
        project.write("tool/src/lib.rs", TOOL);
        let cdylib = format!(
            "[lib]\ncrate-type = [\"cdylib\"]\n{ours}\
             tool = {{ path = \"../tool\", package = \"{tool}\" }}\n"
        );
        project.write("shout/Cargo.toml", &package(name, &cdylib));
        project.write("shout/src/lib.rs", &shout(0));
        project.write("app/Cargo.toml", &package("app", ""));
        project.write("app/src/lib.rs", "");
        project.write(".gitignore", "target\nCargo.lock\n");
        project
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=x", "-c", "user.email=x@example.org"]).args(arguments);
        let output = git.current_dir(self.path()).output().expect("the tests need git");
        assert!(output.status.success(), "{output:?}");
    }

    /// Has a branch on which the interface's crate and the plugin are others.
    fn branch(&self, name: &str, number: u32) {
        self.git(&["init", "-q", "-b", "main"]);
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "one"]);
        self.git(&["checkout", "-q", "-b", name]);
        self.write("tool/src/lib.rs", &format!("{TOOL}\npub const ONE: u32 = 1;\n"));
        self.write("shout/src/lib.rs", &shout(number));
        self.git(&["commit", "-q", "-a", "-m", "other"]);
        self.git(&["checkout", "-q", "main"]);
    }
}

/// A running `dev`, which ends with this value.
struct Dev {
    child: Child,
    lines: Receiver<(Instant, Value)>,
    /// The times from a save to its build, and from a build to its version.
    starts: Vec<Duration>,
    swaps: Vec<f64>,
    calls: u64,
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns `dev` for a project, with a target folder that all tests share.
fn dev(project: &Project, arguments: &[&str]) -> Command {
    dev_as_text(project, &[&["--json"], arguments].concat())
}

fn dev_as_text(project: &Project, arguments: &[&str]) -> Command {
    let mut program = command(&["dev", project.name]);
    program.args(arguments).current_dir(project.path());
    program.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("dev"));
    program
}

impl Dev {
    /// Starts it, and waits for the first version.
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut dev = Dev::spawn(&mut dev(project, arguments));
        let watching = dev.line().1;
        assert_eq!(watching["event"], "watching");
        assert_eq!(watching["plugin"], project.name);
        dev
    }

    fn spawn(program: &mut Command) -> Self {
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
                if send.send((Instant::now(), value)).is_err() {
                    return;
                }
            }
        });
        Dev { child, lines, starts: Vec::new(), swaps: Vec::new(), calls: 0 }
    }

    fn line(&mut self) -> (Instant, Value) {
        let (time, line) = within("one more event", || self.lines.recv()).expect("one more event");
        is_documented(&line);
        (time, line)
    }

    /// Waits for the outcome of a save, whose builds may have been replaced.
    fn outcome(&mut self, saved: Option<Instant>) -> Value {
        let mut first = saved;
        loop {
            let (time, line) = self.line();
            match line["event"].as_str().unwrap() {
                "building" => self.starts.extend(first.take().map(|saved| time - saved)),
                // Shown if the test fails.
                "diagnostic" => println!("{}", line["diagnostic"]["rendered"]),
                "superseded" => {}
                "swapped" => {
                    self.swaps.push(line["swap_ms"].as_f64().unwrap());
                    self.calls += line["calls"].as_u64().unwrap();
                    assert_eq!(line["failed"], 0, "{line}");
                    assert_eq!(line["retained"], 0, "{line}");
                    return line;
                }
                _ => return line,
            }
        }
    }

    /// Saves a file, and waits for what comes of it.
    fn save(&mut self, project: &Project, name: &str, text: &str) -> Value {
        let saved = Instant::now();
        project.write(name, text);
        self.outcome(Some(saved))
    }

    #[track_caller]
    fn swaps(&mut self, project: &Project, number: u32) {
        let line = self.save(project, "shout/src/lib.rs", &shout(number));
        answers(&line, number);
    }

    #[track_caller]
    fn fails(
        &mut self,
        project: &Project,
        name: &str,
        text: &str,
        stage: &str,
        part: &str,
    ) -> Value {
        let line = self.save(project, name, text);
        assert_eq!((&line["event"], &line["stage"]), (&"failed".into(), &stage.into()), "{line}");
        assert!(line["error"].as_str().unwrap().contains(part), "{line}");
        assert!(line["serving"].as_u64().is_some(), "{line}");
        line
    }

    /// Returns the process that holds the plugin.
    #[cfg(target_os = "linux")]
    fn server(&self) -> u32 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let children = tasks.flatten().flat_map(|task| {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            children.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<u32>>()
        });
        let is_server = |id: &u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).nth(1) == Some(b"serve")
        };
        children.into_iter().find(is_server).expect("a process that holds the plugin")
    }

    fn stderr(&mut self) -> ChildStderr {
        self.child.stderr.take().unwrap()
    }

    /// Ends it as Ctrl-C does. Returns the exit code.
    fn interrupt(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let status = within("it ends", || self.child.wait()).unwrap();
        status.code().expect("it ends by itself")
    }
}

#[track_caller]
fn answers(line: &Value, number: u32) {
    assert_eq!(line["event"], "swapped", "{line}");
    assert_eq!(line["answers"][0]["answer"], format!("hello {number}"), "{line}");
}

/// Holds that the book has a row for an event, which names its fields.
#[track_caller]
fn is_documented(line: &Value) {
    let page = root().join("docs/book/src/program/exit-codes.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("### `dev --json`").unwrap();
    let event = line["event"].as_str().unwrap();
    let row = section.lines().find(|row| row.starts_with(&format!("| `{event}` |")));
    let row = row.unwrap_or_else(|| panic!("a row for {line}"));
    for field in line.as_object().unwrap().keys().filter(|field| *field != "event") {
        assert!(row.contains(&format!("`{field}`")), "{field}: {row}");
    }
}

const CALL: [&str; 3] = ["--call", "Tool.apply \"hello\"", "--every=5ms"];

/// One round of every kind of save. Returns the next number.
fn round(dev: &mut Dev, project: &Project, mut number: u32) -> u32 {
    let source = "shout/src/lib.rs";
    let mut next = || {
        number += 1;
        number
    };
    dev.swaps(project, next());
    let broken = dev.fails(project, source, &shout(next()).replace("\") }", ") }"), "build", "");
    assert!(broken["cure"].as_str().unwrap().contains("mend the errors"), "{broken}");
    dev.swaps(project, next());

    // The interface is another: that is told, and undoing it is no new version.
    let other = TOOL.replace("-> String", "-> u32");
    let changed = dev.fails(project, "tool/src/lib.rs", &other, "build", "");
    assert_eq!(changed["serving"], broken["serving"].as_u64().unwrap() + 1);
    let returns = shout(next()).replace("String { format!", "u32 { let _ = format!");
    let returns = returns.replace("\") }", "\"); 1 }");
    dev.fails(project, source, &returns, "interface", "fn apply(&self, text: &str) -> u32");
    // Two files, in two saves: the first alone does not compile.
    dev.fails(project, source, &shout(next()), "build", "");
    let undone = dev.save(project, "tool/src/lib.rs", TOOL);
    answers(&undone, number);

    let mut next = || {
        number += 1;
        number
    };
    let panics = shout(next()).replace("{ Shout }", "{ panic!(\"not today\") }");
    dev.fails(project, source, &panics, "load", "the constructor of Shout panicked: not today");
    dev.swaps(project, next());

    // Two saves in short order: the second is built, and the first is not served.
    let saved = Instant::now();
    project.write(source, &shout(next()));
    thread::sleep(Duration::from_millis(25));
    project.write(source, &shout(next()));
    let second = dev.outcome(Some(saved));
    answers(&second, number);
    number
}

/// Goes to another branch and back.
fn checkout(dev: &mut Dev, project: &Project, number: u32) {
    for (branch, number) in [("other", number), ("main", 0)] {
        let saved = Instant::now();
        project.git(&["checkout", "-q", "--force", branch]);
        answers(&dev.outcome(Some(saved)), number);
    }
}

fn median<T: PartialOrd + Copy>(times: &mut [T]) -> T {
    times.sort_by(|a, b| a.partial_cmp(b).unwrap());
    times[times.len() / 2]
}

#[test]
fn each_save_has_its_outcome_and_no_call_fails() {
    let project = Project::new("shout-saved");
    project.branch("other", 7000);
    let mut dev = Dev::start(&project, &CALL);
    answers(&dev.outcome(None), 0);
    let is_soak = std::env::var_os("PLUGIN_SOAK").is_some_and(|value| value == "1");
    let (mut number, mut size) = (0, None);
    for _ in 0..if is_soak { 20 } else { 1 } {
        number = round(&mut dev, &project, number);
        checkout(&mut dev, &project, 7000);
        size = size.or(dev.size());
    }
    let (starts, swaps) = (median(&mut dev.starts), median(&mut dev.swaps));
    println!(
        "saves {}, save to build {starts:?}, build to version {swaps:.1} ms, calls {}",
        dev.starts.len(),
        dev.calls
    );
    assert!(dev.calls >= dev.swaps.len() as u64);
    if let (Some((maps, before)), Some((maps_after, after))) = (size, dev.size()) {
        println!("memory {before} KiB, then {after} KiB");
        assert_eq!((maps, maps_after), (1, 1), "one version is mapped");
        assert!(after < before + before / 4, "{before} KiB, then {after} KiB");
    }
    assert_eq!(dev.interrupt(), 0);
}

impl Dev {
    /// Returns how many versions are mapped, and the memory of the process that
    /// holds them.
    fn size(&self) -> Option<(usize, u64)> {
        #[cfg(target_os = "linux")]
        {
            let process = PathBuf::from(format!("/proc/{}", self.server()));
            let maps = fs::read_to_string(process.join("maps")).unwrap();
            let mut copies: Vec<_> = maps
                .lines()
                .filter_map(|line| line.split_whitespace().nth(5))
                .filter(|path| path.contains("libshout"))
                .collect();
            copies.dedup();
            let status = fs::read_to_string(process.join("status")).unwrap();
            let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            let rss = rss.trim().trim_end_matches(" kB").parse().unwrap();
            Some((copies.len(), rss))
        }
        #[cfg(not(target_os = "linux"))]
        {
            None
        }
    }
}

#[test]
fn a_call_that_crashes_is_refused_or_reported() {
    let project = Project::new("shout-crashing");
    let aborts = "{ if !text.is_empty() { std::process::abort() } format!";
    let crashing = shout(1).replace("{ format!", aborts);
    let mut probing = Dev::start(&project, &CALL);
    answers(&probing.outcome(None), 0);
    probing.fails(&project, "shout/src/lib.rs", &crashing, "load", "SIGABRT");
    probing.swaps(&project, 2);
    assert_eq!(probing.interrupt(), 0);

    let mut dev = Dev::start(&project, &[&CALL[..2], &["--no-probe"]].concat());
    answers(&dev.outcome(None), 2);
    let crashed = dev.save(&project, "shout/src/lib.rs", &crashing);
    assert_eq!(crashed["event"], "crashed", "{crashed}");
    assert!(crashed["error"].as_str().unwrap().contains("SIGABRT"), "{crashed}");
    dev.swaps(&project, 3);
    dev.save(&project, "shout/src/lib.rs", &crashing);
    assert_eq!(dev.interrupt(), 5);
}

#[test]
fn files_that_are_no_sources_build_nothing() {
    let project = Project::new("shout-quiet");
    let mut dev = Dev::start(&project, &CALL[..2]);
    answers(&dev.outcome(None), 0);
    for name in ["app/src/lib.rs", "target/x.rs", "shout/src/.lib.rs.swp", "shout/src/lib.rs~"] {
        project.write(name, "// another");
    }
    // The same content is no change either.
    project.write("shout/src/lib.rs", &shout(0));
    project.write("shout/src/more.rs", "");
    let (_, building) = dev.line();
    let more = project.path().canonicalize().unwrap().join("shout/src/more.rs");
    assert_eq!(building["event"], "building", "{building}");
    assert_eq!(building["files"], serde_json::json!([more]));
    assert_eq!(dev.outcome(None)["event"], "unchanged");
    assert_eq!(dev.interrupt(), 0);
}

#[test]
fn the_users_host_is_started_once_and_gets_each_good_library() {
    let project = Project::new("shout-hosted");
    let plugins = project.path().join("plugins");
    fs::create_dir(&plugins).unwrap();
    let program = env!("CARGO_BIN_EXE_plugin-host");
    let into = format!("--into={}", plugins.display());
    let host = [&*into, "--", program, "watch", "--json", "--no-probe", plugins.to_str().unwrap()];
    let mut dev = Dev::start(&project, &host);
    let mut lines = BufReader::new(dev.stderr()).lines();
    let mut host = |event: &str| {
        let line = within("the host has something to say", || {
            lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(event)))
        });
        line.expect("a line").unwrap()
    };
    let placed = dev.outcome(None);
    assert_eq!((&placed["event"], &placed["number"]), (&"placed".into(), &1.into()), "{placed}");
    let library = plugins.join(format!(
        "{}shout_hosted{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    assert_eq!(placed["file"], library.to_str().unwrap());
    host("\"event\":\"loaded\"");
    let is_hosted = |line: Value, number: u32| {
        let expected = (&"hosted".into(), &number.into());
        assert_eq!((&line["event"], &line["number"]), expected, "{line}");
        assert!(line["swap_ms"].as_f64().unwrap() > 0.0, "{line}");
    };
    is_hosted(dev.outcome(None), 1);

    let before = fs::read(&library).unwrap();
    dev.fails(&project, "shout/src/lib.rs", "", "load", "is a library, but no plugin");
    assert!(fs::read(&library).unwrap() == before, "what hosts would refuse is not copied");
    let placed = dev.save(&project, "shout/src/lib.rs", &shout(1));
    assert_eq!((&placed["event"], &placed["number"]), (&"placed".into(), &2.into()), "{placed}");
    host("\"replaced\":");
    is_hosted(dev.outcome(None), 2);
    assert!(fs::read(&library).unwrap() != before);

    // Only the host can tell that a version cannot be created.
    let panics = shout(2).replace("{ Shout }", "{ panic!(\"not today\") }");
    let placed = dev.save(&project, "shout/src/lib.rs", &panics);
    assert_eq!((&placed["event"], &placed["number"]), (&"placed".into(), &3.into()), "{placed}");
    let refused = dev.outcome(None);
    let expected = (&"failed".into(), &"load".into(), &2.into());
    assert_eq!((&refused["event"], &refused["stage"], &refused["serving"]), expected, "{refused}");
    assert!(refused["error"].as_str().unwrap().contains("not today"), "{refused}");
    let placed = dev.save(&project, "shout/src/lib.rs", &shout(3));
    assert_eq!((&placed["event"], &placed["number"]), (&"placed".into(), &3.into()), "{placed}");
    is_hosted(dev.outcome(None), 3);
    assert_eq!(plugins.read_dir().unwrap().count(), 1);
    assert_eq!(dev.interrupt(), 0);
    // It was asked to end, and did.
    host("\"event\":\"stopped\"");
}

#[test]
fn a_line_of_text_tells_when_the_users_host_has_a_save() {
    let project = Project::new("shout-hosted-text");
    let plugins = project.path().join("plugins");
    fs::create_dir(&plugins).unwrap();
    let into = format!("--into={}", plugins.display());
    let program = env!("CARGO_BIN_EXE_plugin-host");
    let host = [&*into, "--", program, "watch", "--json", plugins.to_str().unwrap()];
    let mut text = dev_as_text(&project, &host);
    let mut child = text.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The lines of the host are objects.
    let mut line = || loop {
        let line = within("a line", || lines.next()).unwrap().unwrap();
        if !line.starts_with('{') {
            return line;
        }
    };
    assert!(line().starts_with("watching shout-hosted-text in "));
    assert!(line().contains(" s -> compatible -> "));
    let first = line();
    assert!(first.starts_with("your host uses version 1 after "), "{first}");
    let drop = "impl Drop for Shout {\n    fn drop(&mut self) { panic!(\"never\") }\n}\n";
    // It is dropped once the second is in use, so the third tells of the panic.
    for (number, more, panics) in [(1, drop, 0), (2, "", 0), (3, "", 1)] {
        project.write("shout/src/lib.rs", &format!("{}{more}", shout(number)));
        let swapped = line();
        let parts = ["built in ", " s -> compatible -> swapped in "];
        assert!(parts.iter().all(|part| swapped.contains(part)), "{swapped}");
        assert!(swapped.ends_with(&format!(" ms, panics {panics}")), "{swapped}");
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(line(), "stopped");
    assert_eq!(within("it ends", || child.wait()).unwrap().code(), Some(0));
}

#[test]
fn the_end_of_the_users_host_is_the_end() {
    let project = Project::new("shout-ending");
    for (host, code) in [("true", 0), ("false", 1)] {
        let mut dev = Dev::start(&project, &["--", host]);
        assert_eq!(dev.outcome(None)["event"], "placed");
        let ended = dev.outcome(None);
        assert_eq!(ended["event"], "host_ended", "{ended}");
        assert_eq!(dev.outcome(None)["event"], "stopped");
        assert_eq!(within("it ends", || dev.child.wait()).unwrap().code(), Some(code));
    }
}

#[test]
fn a_line_of_text_tells_each_save() {
    let project = Project::new("shout-text");
    let mut text = dev_as_text(&project, &CALL[..2]);
    let mut child = text.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || within("a line", || lines.next()).unwrap().unwrap();
    assert!(line().starts_with("watching shout-text in "));
    let swapped = line();
    let parts = ["built in ", " s -> compatible -> swapped in ", " ms, calls failed 0"];
    assert!(parts.iter().all(|part| swapped.contains(part)), "{swapped}");
    assert_eq!(line(), "  Shout.apply: \"hello 0\"");
    project.write("shout/src/lib.rs", "fn");
    assert!(line().ends_with(" s -> version 1 serves on"));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(line(), "stopped");
    // The last save was not good.
    assert_eq!(within("it ends", || child.wait()).unwrap().code(), Some(1));
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(errors.contains("error: expected identifier"), "{errors}");
    assert!(errors.contains("note: mend the errors above and save again"), "{errors}");
}

#[test]
fn what_is_no_plugin_is_named() {
    let project = Project::new("shout-named");
    let ask =
        |argument: &str| answer(command(&["dev", argument, "--json"]).current_dir(project.path()));
    let missing = ask("no/such/folder");
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.err.contains("no such directory: no/such/folder"), "{missing:?}");
    for other in ["app", "unknown"] {
        let refused = ask(other);
        assert_eq!(refused.code, 2, "{refused:?}");
        let expected = format!("error: {other} is no plugin; write one of shout-named\n");
        assert_eq!(refused.err, expected, "{refused:?}");
    }
    let wrong = answer(&mut command(&["dev", "--call", "Tool"]));
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("expected a call such as"), "{wrong:?}");
}

#[test]
fn it_leaves_no_process_and_no_file_behind() {
    let project = Project::new("shout-left");
    let temporary = Directory::new();
    let mut program = dev(&project, &CALL);
    let mut dev = Dev::spawn(program.env("TMPDIR", temporary.path()));
    assert_eq!(dev.line().1["event"], "watching");
    answers(&dev.outcome(None), 0);
    #[cfg(target_os = "linux")]
    let server = dev.server();
    assert_eq!(dev.interrupt(), 0);
    #[cfg(target_os = "linux")]
    until("the child ends", || !Path::new(&format!("/proc/{server}")).exists());
    until("its files are gone", || temporary.path().read_dir().unwrap().count() == 0);
}

/// Keys need a terminal, which `script` of util-linux has.
#[cfg(target_os = "linux")]
#[test]
fn keys_build_call_and_stop() {
    use std::io::Write as _;
    let project = Project::new("shout-keys");
    let program = dev_as_text(&project, &[]);
    let line = format!(
        "{} dev shout-keys --call 'Tool.apply \"hello\"'",
        Path::new(program.get_program()).display()
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
    script.current_dir(project.path()).env("TERM", "dumb");
    script.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the tests need script");
    let mut keys = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut expect = |part: &str| {
        let is_it =
            |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.contains(part));
        let found = within(part, || lines.find(is_it));
        assert!(found.is_some(), "a line with {part}");
    };
    let mut press = |key: &str| {
        keys.write_all(key.as_bytes()).unwrap();
        keys.flush().unwrap();
    };
    expect("keys: r builds, c calls again");
    expect("-> swapped in ");
    expect("Shout.apply: \"hello 0\"");
    press("c");
    expect("Shout.apply: \"hello 0\"");
    press("r");
    expect("-> unchanged");

    // Another interface, and its plugin, saved at once.
    let other = TOOL.replace("text: &str", "text: String");
    let shout = shout(1).replace("text: &str", "text: String");
    project.write("tool/src/lib.rs", &other);
    project.write("shout/src/lib.rs", &shout);
    expect("-> incompatible -> version 1 serves on");
    expect("press a to accept the new interface");
    press("a");
    expect("-> swapped in ");
    expect("Shout.apply: \"hello 1\"");
    project.write("shout/src/lib.rs", "fn");
    expect("expected identifier");
    expect("-> version 2 serves on");
    press("l");
    expect("expected identifier");
    press("q");
    expect("stopped");
    assert_eq!(within("it ends", || child.wait()).unwrap().code(), Some(1));
}
