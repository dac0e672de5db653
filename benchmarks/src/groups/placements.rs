//! One plugin in each place: linked, in this process, and in another one.

use std::hint::black_box;
use std::ops::Deref;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ours_placed_interface::{Placed, PlacedProxy};
use ours_placed_linked as _;
use plugin_interface::process::{Isolated, IsolatedPlugin, Worker};
use plugin_interface::{Live, PluginManager};
use workload::TARGET;

use crate::harness::echo::Echo;
use crate::harness::plugins::Plugins;
use crate::harness::ring::Ring;
use crate::harness::rounds::interleave;
use crate::harness::statistics::Samples;
use crate::report::{Bar, Chart, Section, Table};
use crate::subjects::web_assembly::{CompiledComponent, CompiledModule, Guest};

const TEXT: &str = "One plugin, called through the same proxy wherever it is; medians of rounds in which all take turns. *Socket pair* \
is another process that answers each message with one of the same size: one write and one read on each side, and nothing else. *Ring* \
is such a process, which looks at memory that both have mapped, as long as messages come. *Spinning* is `Worker::spinning`, with 50 µs. *By name* is \
`IsolatedPlugin::call`, with values as JSON. *wasmtime* has a module, whose memory the host reads and writes itself, and a component with \
the same work. 64 KB are a `&str` there, and a `Vec<u8>` back. A callback is a closure of the host that the plugin calls once: two \
messages there and two back. The items are those of an iterator of the plugin, each asked for by a call. Where it says one processor, \
both processes are on the same one: between two, the wake-up of the other one is most of each call, and takes a time that depends on the \
machine. A first answer is that of `add`, from the path of the file; *after a death* is from the `SIGKILL` to the next answer, without a \
pause between two workers, and *after a trap* from the trap to the answer of the next instance. The worker is this program, with all \
that it links to.";

const ROUNDS: usize = 41;

/// How long one sample takes, in nanoseconds.
const SAMPLE: f64 = 2_000_000.0;

/// What is called, with the bytes that it takes and returns.
const OPERATIONS: [(&str, usize, usize); 6] = [
    ("add", 16, 8),
    ("&str to String", 16, 24),
    ("64 KB there", LONG, 8),
    ("64 KB back", 1, LONG),
    ("callback", 8, 8),
    ("10 000 items", 4, 9),
];

const LONG: usize = workload::LONG;

const ITEMS: u64 = 10_000;

/// A way to call.
enum Place {
    Here(Box<dyn Placed>),
    Proxy(PlacedProxy),
    Live(Live<dyn Placed>),
    Named(IsolatedPlugin),
    Guest(Box<dyn Guest>),
    Raw(Echo),
    Ring(Ring),
}

/// The plugin without anything between.
struct Here;

impl Placed for Here {
    fn add(&self, a: u64, b: u64) -> u64 {
        workload::add(a, b)
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
    fn ask(&self, host: &dyn Fn(u64) -> u64, question: u64) -> u64 {
        workload::ask(question, host)
    }
    fn items(&self, count: u64) -> Box<dyn Iterator<Item = u64> + Send> {
        Box::new(0..count)
    }
}

pub fn run(plugins: &Plugins) -> Result<Section> {
    let file = plugins.file(crate::subjects::OURS_PLACED);
    // While the processes may be on any processor.
    let spinning = isolated(file, worker()?.spinning(Duration::from_micros(50)))?;
    let library = isolated(file, worker()?)?;
    let apart = [
        ("socket pair", Place::Raw(Echo::start()?)),
        ("ring", Place::Ring(Ring::start()?)),
        ("ours, process", Place::Proxy(proxy(&library)?)),
        ("ours, process, spinning", Place::Proxy(proxy(&spinning)?)),
    ];
    let (apart, _) = calls("On any processor: ratio to the socket pair, nanoseconds", &apart)?;
    drop((spinning, library));

    stay_on_this_processor()?;
    let library = isolated(file, worker()?)?;
    let mut manager = PluginManager::new();
    let linked = manager.load_linked::<dyn Placed>()?.pop().context("a linked plugin")?;
    let handle = manager.load_library(file)?.pop().context("a plugin")?;
    let (module, component) = (CompiledModule::new()?, CompiledComponent::new()?);
    let here = [
        ("dyn Trait", Place::Here(black_box(Box::new(Here)))),
        ("ours, linked", Place::Proxy(linked)),
        ("ours, in process", Place::Proxy(handle.proxy::<dyn Placed>()?)),
        ("ours, Live", Place::Live(Live::open(file)?)),
        ("wasmtime, module", Place::Guest(Box::new(module.start()?))),
        ("wasmtime, component", Place::Guest(Box::new(component.start()?))),
    ];
    let there = [
        ("socket pair", Place::Raw(Echo::start()?)),
        ("ours, process", Place::Proxy(proxy(&library)?)),
        ("ours, process, by name", Place::Named(plugin(&library)?)),
    ];
    let (near, _) = calls("In this process: ratio to `dyn Trait`, nanoseconds", &here)?;
    let (far, groups) = calls(
        "Between two processes on one processor: ratio to the socket pair, nanoseconds",
        &there,
    )?;
    let title = "A call into another process: ratio to a message there and back".to_owned();
    Ok(Section {
        title: "Placements",
        text: TEXT.to_owned(),
        tables: vec![near, far, apart, first_answers(file, &module, &component)?],
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

fn worker() -> Result<Worker> {
    let worker = Worker::new(std::env::current_exe()?);
    Ok(worker.back_off(Duration::ZERO, Duration::ZERO).deaths(usize::MAX))
}

fn isolated(file: &Path, worker: Worker) -> Result<Isolated> {
    Ok(PluginManager::new().load_isolated(file, worker)?)
}

fn plugin(library: &Isolated) -> Result<IsolatedPlugin> {
    library.plugins().pop().context("a plugin")
}

fn proxy(library: &Isolated) -> Result<PlacedProxy> {
    Ok(plugin(library)?.proxy::<dyn Placed>()?)
}

type Groups = Vec<(String, Vec<Bar>)>;

/// Each operation in each place, compared with the first one.
fn calls(title: &str, places: &[(&str, Place)]) -> Result<(Table, Groups)> {
    let mut table = Table::new(title, &[""]);
    table.rows = places.iter().map(|(name, _)| vec![(*name).to_owned()]).collect();
    let mut groups = Vec::new();
    for (operation, (name, ..)) in OPERATIONS.iter().enumerate() {
        table.columns.push((*name).to_owned());
        let has_it = |(_, place): &&(&str, Place)| place.has(operation);
        let cases = places.iter().filter(has_it);
        let cases = cases.map(|(_, place)| Ok((place, repeats(place, operation)?)));
        let cases: Vec<_> = cases.collect::<Result<_>>()?;
        let samples = interleave(&cases, ROUNDS, |(place, n)| {
            // Wakes those that sleep while others have their turn.
            place.call(operation, 1)?;
            let start = Instant::now();
            place.call(operation, *n)?;
            Ok(vec![start.elapsed().as_nanos() as f64 / *n as f64])
        })?;
        let first = samples[0].median();
        let (mut bars, mut samples) = (Vec::new(), samples.iter());
        for (row, (_, place)) in table.rows.iter_mut().zip(places) {
            if !place.has(operation) {
                row.push("-".to_owned());
                continue;
            }
            let samples = samples.next().context("samples of each place")?;
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
    /// An object cannot be a value of JSON.
    fn has(&self, operation: usize) -> bool {
        operation < 4 || !matches!(self, Place::Named(_))
    }

    /// Does one operation so many times.
    fn call(&self, operation: usize, n: u64) -> Result<()> {
        match self {
            Place::Here(here) => times(|| &**here, operation, n),
            Place::Proxy(proxy) => times(|| proxy, operation, n),
            Place::Live(live) => times(|| live.get(), operation, n),
            Place::Named(plugin) => (0..n).try_for_each(|value| named(plugin, operation, value)),
            Place::Guest(guest) => {
                let value = |value| if operation == 5 { ITEMS } else { value };
                (0..n).try_for_each(|it| guest.call(operation, value(it)))
            }
            Place::Raw(echo) => messages(operation, n, |there, back| echo.round(there, back)),
            Place::Ring(ring) => messages(operation, n, |there, back| ring.round(there, back)),
        }
    }
}

/// Sends the messages of one operation, so many times.
fn messages(operation: usize, n: u64, round: impl Fn(usize, usize) -> Result<()>) -> Result<()> {
    let (_, there, back) = OPERATIONS[operation];
    let each = [1, 1, 1, 1, 2, ITEMS][operation];
    (0..n * each).try_for_each(|_| round(there, back))
}

fn times<C: Placed + ?Sized, G: Deref<Target = C>>(
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
        3 => (0..n).all(|value| get().bytes(value as u8)[LONG - 1] == value as u8),
        4 => {
            let host = |question| 2 * question;
            (0..n).all(|value| get().ask(black_box(&host), value) == 2 * value + 1)
        }
        _ => {
            let sum = |_| get().items(black_box(ITEMS)).sum::<u64>();
            (0..n).map(sum).all(|sum| sum == ITEMS * (ITEMS - 1) / 2)
        }
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
fn first_answers(
    file: &Path,
    module: &CompiledModule,
    component: &CompiledComponent,
) -> Result<Table> {
    const TIMES: usize = 41;
    let ways: [(&str, &dyn Fn() -> Result<Duration>); 8] = [
        ("ours, in process", &|| {
            let start = Instant::now();
            let mut manager = PluginManager::new();
            let handle = manager.load_library(file)?.pop().context("a plugin")?;
            answered(&handle.proxy::<dyn Placed>()?, start)
        }),
        ("a process and a message", &|| {
            let start = Instant::now();
            Echo::start()?.round(16, 8)?;
            Ok(start.elapsed())
        }),
        ("ours, process", &|| {
            let start = Instant::now();
            answered(&proxy(&isolated(file, worker()?)?)?, start)
        }),
        ("ours, process, after a death", &|| {
            let library = isolated(file, worker()?)?;
            let proxy = proxy(&library)?;
            let id = library.process_id().context("a process")?;
            let start = Instant::now();
            // SAFETY: a signal to a process of ours.
            unsafe { libc::kill(id as i32, libc::SIGKILL) };
            let checked = PlacedProxy::checked(&proxy);
            while checked.add(1, 1).is_err() {}
            Ok(start.elapsed())
        }),
        ("wasmtime, module, from its text", &|| {
            let start = Instant::now();
            CompiledModule::new()?.start()?.call(0, 1)?;
            Ok(start.elapsed())
        }),
        ("wasmtime, component, from its text", &|| {
            let start = Instant::now();
            CompiledComponent::new()?.start()?.call(0, 1)?;
            Ok(start.elapsed())
        }),
        ("wasmtime, module, after a trap", &|| {
            let failing = module.start()?;
            let start = Instant::now();
            failing.fail()?;
            module.start()?.call(0, 1)?;
            Ok(start.elapsed())
        }),
        ("wasmtime, component, after a trap", &|| {
            let failing = component.start()?;
            let start = Instant::now();
            failing.fail()?;
            component.start()?.call(0, 1)?;
            Ok(start.elapsed())
        }),
    ];
    let mut table = Table::new("The first answer: milliseconds", &["", "median"]);
    let samples = interleave(&ways, TIMES, |(_, way)| Ok(vec![way()?.as_secs_f64() * 1000.0]))?;
    for ((name, _), samples) in ways.iter().zip(&samples) {
        let (median, spread) = (Samples::median(samples), samples.spread());
        table.row([(*name).to_owned(), format!("{median:.3} ± {spread:.0} %")]);
    }
    Ok(table)
}

fn answered(proxy: &PlacedProxy, start: Instant) -> Result<Duration> {
    ensure!(proxy.add(1, 1) == 2, "another result");
    Ok(start.elapsed())
}
