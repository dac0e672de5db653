//! One plugin in each place: linked, in this process, and in another one.

use std::hint::black_box;
use std::ops::Deref;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ours_peer_interface::{Calls, CallsProxy};
use ours_peer_linked as _;
use plugin_interface::process::{Isolated, IsolatedPlugin, Worker};
use plugin_interface::{Live, PluginManager};
use workload::TARGET;

use crate::harness::echo::Echo;
use crate::harness::plugins::Plugins;
use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};

const TEXT: &str = "One plugin, called through the same proxy wherever it is; medians of rounds in which all take turns. *Socket pair* \
is another process that answers each message with one of the same size: one write and one read on each side, and nothing else. \
*By name* is `IsolatedPlugin::call`, with values as JSON. All of it runs on one processor: between two of them the wake-up of the other \
one is most of each, and takes a time that depends on the machine. 64 KB are a `&str` there, and a `Vec<u8>` back. A first answer is that of \
`add`, from the path of the file; *after a death* is from the `SIGKILL` to the next answer, without a pause between two workers. The \
worker is this program, with all that it links to.";

const ROUNDS: usize = 41;

/// How long one sample takes, in nanoseconds.
const SAMPLE: f64 = 2_000_000.0;

/// What is called, with the bytes that it takes and returns.
const OPERATIONS: [(&str, usize, usize); 4] =
    [("add", 16, 8), ("&str to String", 16, 24), ("64 KB there", LONG, 8), ("64 KB back", 1, LONG)];

const LONG: usize = workload::LONG;

/// A way to call.
enum Place {
    Here(Box<dyn Calls>),
    Proxy(CallsProxy),
    Live(Live<dyn Calls>),
    Named(IsolatedPlugin),
    Raw(Echo),
}

/// The plugin without anything between.
struct Here;

impl Calls for Here {
    fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
    }
    fn sum(&self, values: &[u64]) -> u64 {
        workload::sum(values)
    }
    fn len(&self, text: &str) -> usize {
        text.len()
    }
    fn greet(&self, target: &str) -> String {
        workload::greeting(target)
    }
    fn bytes(&self, value: u8) -> Vec<u8> {
        workload::bytes(value)
    }
    fn fill(&self, page: &mut [u8], value: u8) {
        workload::fill(page, value);
    }
    fn halve(&self, value: u64) -> Result<u64, String> {
        workload::halve(value)
    }
}

pub fn run(plugins: &Plugins) -> Result<Section> {
    stay_on_this_processor()?;
    let file = plugins.file(crate::subjects::OURS_PEER);
    let library = isolated(file)?;
    let mut manager = PluginManager::new();
    let linked = manager.load_linked::<dyn Calls>()?.pop().context("a linked plugin")?;
    let handle = manager.load_library(file)?.pop().context("a plugin")?;
    let here = [
        ("dyn Trait", Place::Here(black_box(Box::new(Here)))),
        ("ours, linked", Place::Proxy(linked)),
        ("ours, in process", Place::Proxy(handle.proxy::<dyn Calls>()?)),
        ("ours, Live", Place::Live(Live::open(file)?)),
    ];
    let there = [
        ("socket pair", Place::Raw(Echo::start()?)),
        ("ours, process", Place::Proxy(proxy(&library)?)),
        ("ours, process, by name", Place::Named(plugin(&library)?)),
    ];
    let (near, _) = calls("In this process: ratio to `dyn Trait`, nanoseconds", &here)?;
    let (far, groups) =
        calls("Between two processes: ratio to the socket pair, nanoseconds", &there)?;
    let title = "A call into another process: ratio to a message there and back".to_owned();
    Ok(Section {
        title: "Placements",
        text: TEXT.to_owned(),
        tables: vec![near, far, first_answers(file)?],
        chart: Some(Chart { title, groups }),
    })
}

/// Keeps this process, and those that it starts, on one processor.
fn stay_on_this_processor() -> Result<()> {
    // SAFETY: a set of bits, of which 0 is a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: asks for a number, and sets a bit below that of the most processors.
    let set_on = unsafe {
        let processor = libc::sched_getcpu().max(0) as usize;
        libc::CPU_SET(processor, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &raw const set)
    };
    ensure!(set_on == 0, "{}", std::io::Error::last_os_error());
    Ok(())
}

fn isolated(file: &Path) -> Result<Isolated> {
    let worker = Worker::new(std::env::current_exe()?);
    let worker = worker.back_off(Duration::ZERO, Duration::ZERO).deaths(usize::MAX);
    Ok(PluginManager::new().load_isolated(file, worker)?)
}

fn plugin(library: &Isolated) -> Result<IsolatedPlugin> {
    library.plugins().pop().context("a plugin")
}

fn proxy(library: &Isolated) -> Result<CallsProxy> {
    Ok(plugin(library)?.proxy::<dyn Calls>()?)
}

type Groups = Vec<(String, Vec<Bar>)>;

/// Each operation in each place, compared with the first one.
fn calls(title: &str, places: &[(&str, Place)]) -> Result<(Table, Groups)> {
    let mut table = Table::new(title, &[""]);
    table.rows = places.iter().map(|(name, _)| vec![(*name).to_owned()]).collect();
    let mut groups = Vec::new();
    for (operation, (name, ..)) in OPERATIONS.iter().enumerate() {
        table.columns.push((*name).to_owned());
        let cases = places.iter().map(|(_, place)| Ok((place, repeats(place, operation)?)));
        let cases: Vec<_> = cases.collect::<Result<_>>()?;
        let samples = interleave(&cases, ROUNDS, |(place, n)| {
            let start = Instant::now();
            place.call(operation, *n)?;
            Ok(vec![start.elapsed().as_nanos() as f64 / *n as f64])
        })?;
        let first = samples[0].median();
        let mut bars = Vec::new();
        for (row, samples) in table.rows.iter_mut().zip(&samples) {
            let (median, spread) = (samples.median(), samples.spread());
            let ratio = median / first;
            row.push(format!("{ratio:.2}, {median:.1} ± {spread:.0} %"));
            bars.push(Bar::new(&row[0], ratio, format!("{ratio:.2}, {median:.0} ns")));
        }
        groups.push(((*name).to_owned(), bars));
    }
    Ok((table, groups))
}

/// How many calls make a sample.
fn repeats(place: &Place, operation: usize) -> Result<u64> {
    for power in 0..24 {
        let start = Instant::now();
        place.call(operation, 1 << power)?;
        if start.elapsed().as_nanos() as f64 > SAMPLE / 2.0 {
            return Ok(1 << power);
        }
    }
    Ok(1 << 24)
}

impl Place {
    /// Does one operation so many times.
    fn call(&self, operation: usize, n: u64) -> Result<()> {
        match self {
            Place::Here(here) => times(|| &**here, operation, n),
            Place::Proxy(proxy) => times(|| proxy, operation, n),
            Place::Live(live) => times(|| live.get(), operation, n),
            Place::Named(plugin) => (0..n).try_for_each(|value| named(plugin, operation, value)),
            Place::Raw(echo) => {
                let (_, there, back) = OPERATIONS[operation];
                (0..n).try_for_each(|_| echo.round(there, back))
            }
        }
    }
}

fn times<C: Calls + ?Sized, G: Deref<Target = C>>(
    get: impl Fn() -> G,
    operation: usize,
    n: u64,
) -> Result<()> {
    let is_right = match operation {
        0 => (0..n).all(|value| get().add(black_box(value), 1) == value + 1),
        1 => (0..n).all(|_| get().greet(black_box(TARGET)).len() == 24),
        2 => {
            let text = "x".repeat(LONG);
            (0..n).all(|_| get().len(black_box(&text)) == LONG)
        }
        _ => (0..n).all(|value| get().bytes(value as u8)[LONG - 1] == value as u8),
    };
    ensure!(is_right, "{}: another result", OPERATIONS[operation].0);
    Ok(())
}

fn named(plugin: &IsolatedPlugin, operation: usize, value: u64) -> Result<()> {
    let is_right = match operation {
        0 => plugin.call("add", (value, 1))?.value == value + 1,
        1 => plugin.call("greet", (TARGET,))?.to::<String>()?.len() == 24,
        2 => plugin.call("len", ("x".repeat(LONG),))?.value == LONG,
        _ => plugin.call("bytes", (value as u8,))?.to::<Vec<u8>>()?.len() == LONG,
    };
    ensure!(is_right, "{}: another result", OPERATIONS[operation].0);
    Ok(())
}

/// From nothing to the first answer.
fn first_answers(file: &Path) -> Result<Table> {
    const TIMES: usize = 41;
    let ways: [(&str, &dyn Fn() -> Result<Duration>); 4] = [
        ("ours, in process", &|| {
            let start = Instant::now();
            let mut manager = PluginManager::new();
            let handle = manager.load_library(file)?.pop().context("a plugin")?;
            answered(&handle.proxy::<dyn Calls>()?, start)
        }),
        ("a process and a message", &|| {
            let start = Instant::now();
            Echo::start()?.round(16, 8)?;
            Ok(start.elapsed())
        }),
        ("ours, process", &|| {
            let start = Instant::now();
            answered(&proxy(&isolated(file)?)?, start)
        }),
        ("ours, process, after a death", &|| {
            let library = isolated(file)?;
            let proxy = proxy(&library)?;
            let id = library.process_id().context("a process")?;
            let start = Instant::now();
            // SAFETY: a signal to a process of ours.
            unsafe { libc::kill(id as i32, libc::SIGKILL) };
            let checked = CallsProxy::checked(&proxy);
            while checked.add(1, 1).is_err() {}
            Ok(start.elapsed())
        }),
    ];
    let mut table = Table::new("The first answer: milliseconds", &["", "median"]);
    let samples = interleave(&ways, TIMES, |(_, way)| Ok(vec![way()?.as_secs_f64() * 1000.0]))?;
    for ((name, _), samples) in ways.iter().zip(&samples) {
        let (median, spread) = (Samples::median(samples), samples.spread());
        table.row([(*name).to_owned(), format!("{median:.2} ± {spread:.0} %")]);
    }
    Ok(table)
}

fn answered(proxy: &CallsProxy, start: Instant) -> Result<Duration> {
    ensure!(proxy.add(1, 1) == 2, "another result");
    Ok(start.elapsed())
}
