//! Tests of the table of FFI-safe types, `core/src/boundary/types.md`, which
//! the documentation of `boundary` and the book show.
//!
//! Each of its types is compiled here in each position, and its cost is
//! measured. No FFI-safe type is missing.
#![expect(unsafe_code, reason = "lowers and lifts values, and counts allocations")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem::needs_drop;

use plugin_interface::__private::NeedsScope;
use plugin_interface::abi::{RawBorrowed, RawObject};
use plugin_interface::boundary::Origin;
use plugin_interface::{Interface, plugin_interface};

#[path = "it/table.rs"]
mod table;

use table::*;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// Counts the allocations of each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: forwards to the system's allocator, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + 1);
        // SAFETY: the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the contract of this function.
        unsafe { System.dealloc(ptr, layout) }
    }
}

/// The cost of passing a value.
#[derive(Debug)]
struct Cost {
    /// The allocations of the sender and of the receiver.
    lowered: usize,
    lifted: usize,
    needs_scope: NeedsScope,
    /// The size of its wire in bytes.
    wire: usize,
    /// It has something to free.
    is_freed: bool,
}

fn cost<T: FfiSafe>(value: T) -> Cost {
    let before = ALLOCATED.get();
    let wire = value.lower();
    let between = ALLOCATED.get();
    // SAFETY: lowered just now. A clone that needs a scope is refused.
    let lifted = unsafe { T::lift(wire, Origin::Rust) };
    let after = ALLOCATED.get();
    drop(lifted);
    let (lowered, lifted) = (between - before, after - between);
    let (needs_scope, wire) = (T::NEEDS_SCOPE, size_of::<T::Wire>());
    Cost { lowered, lifted, needs_scope, wire, is_freed: needs_drop::<T>() }
}

/// The compiled types of a row.
struct Row {
    types: Vec<String>,
    is_returned: bool,
    costs: Vec<Cost>,
}

macro_rules! rows {
    ($($row:ident ($($name:ident)+) $position:ident $($method:ident: $ty:ty = $value:expr),+;)*) => {
        $(
            mod $row {
                use super::*;

                #[plugin_interface]
                trait Takes {
                    $(fn $method(&self, value: $ty);)+
                }

                rows!(@$position $($method: $ty),+);

                pub(super) fn row() -> Row {
                    let parameters = <dyn Takes as Interface>::DESCRIPTION.methods.len();
                    let returned = returned();
                    Row {
                        types: vec![$(tidy(stringify!($ty))),+],
                        is_returned: returned == parameters,
                        costs: rows!(@costs $row $($ty = $value),+),
                    }
                }
            }
        )*

        fn rows() -> Vec<Row> {
            vec![$($row::row()),*]
        }
    };
    (@both $($method:ident: $ty:ty),+) => {
        #[plugin_interface]
        trait Returns {
            $(fn $method(&mut self) -> $ty;)+
        }

        fn returned() -> usize {
            <dyn Returns as Interface>::DESCRIPTION.methods.len()
        }
    };
    (@alone $($rest:tt)+) => {
        rows!(@parameter $($rest)+);
    };
    (@parameter $($rest:tt)+) => {
        fn returned() -> usize {
            0
        }
    };
    // Only an argument of a call can be lowered, since the call keeps a part of it.
    (@costs changed $($rest:tt)+) => {
        vec![]
    };
    (@costs slices $($rest:tt)+) => {
        vec![]
    };
    (@costs $row:ident $($ty:ty = $value:expr),+) => {
        vec![$(cost::<$ty>($value)),+]
    };
}

each_row!(rows);

#[test]
fn each_row_has_the_compiled_types() {
    let said: Vec<Vec<_>> = cells().map(|row| quoted(row[0]).map(tidy).collect()).collect();
    let compiled: Vec<_> = rows().into_iter().map(|row| row.types).collect();
    assert_eq!(said, compiled);
}

#[test]
fn each_row_has_the_positions_of_its_types() {
    for (said, row) in cells().zip(rows()) {
        assert_eq!(said[1], "yes", "{said:?}: each type can be a parameter");
        assert_eq!(said[2], if row.is_returned { "yes" } else { "no" }, "{said:?}");
        for cost in row.costs {
            assert_eq!(
                cost.needs_scope == NeedsScope::Always,
                !row.is_returned,
                "{said:?}: {cost:?}"
            );
        }
    }
}

#[test]
fn each_row_has_the_tier_of_its_types() {
    let words = [size_of::<RawObject>(), size_of::<RawBorrowed>()];
    for (said, row) in cells().zip(rows()) {
        for cost in row.costs {
            let Cost { lowered, lifted, wire, is_freed, .. } = cost;
            let is_so = match said[3] {
                "copied" | "borrowed" => (lowered, lifted, is_freed) == (0, 0, false),
                // A buffer of this very program is taken over.
                "moved" => lowered == 0 && lifted <= 1 && is_freed,
                "converted" => lowered > 0,
                "object" => words.contains(&wire),
                // Of one text or two.
                "as the contents" => lowered <= 2 && lifted <= 2,
                other => panic!("`{other}` is no tier"),
            };
            assert!(is_so, "{said:?}: {cost:?}");
        }
    }
}

#[test]
fn the_book_shows_the_table() {
    let page = include_str!("../../docs/book/src/interfaces/types.md");
    assert!(page.contains(TABLE), "interfaces/types.md differs from core/src/boundary/types.md");
}

#[test]
fn each_row_has_the_instructions_of_its_first_type() {
    let counts = include_str!("instructions.txt");
    let list = include_str!("fixtures/counted-types/src/lib.rs");
    // Types that cannot be returned come last.
    let (returned, rest) = list.split_once("taken {").unwrap();
    for row in cells() {
        let first = tidy(quoted(row[0]).next().unwrap());
        let list = if row[2] == "yes" { returned } else { rest };
        // Such as `text: &'a str = "text";`.
        let mut methods = list.lines().filter_map(|line| line.trim().split_once(": "));
        let (method, _) = methods
            .find(|(_, line)| line.rsplit_once(" = ").is_some_and(|(ty, _)| named(ty) == first))
            .unwrap_or_else(|| panic!("no method of tests/fixtures/counted-types has `{first}`"));
        let line = format!("\n{method} {}\n", row[4]);
        assert!(counts.contains(&line), "{first}: not{line}by instructions.txt");
    }
}

/// Returns a type as the table names it.
fn named(ty: &str) -> String {
    tidy(&ty.replace("&'a ", "&").replace("'a", "'_"))
}

/// The implementations in the sources have one of these forms:
/// `FfiSafe for Vec<T> {`, `numbers!(u8 u16);`, `impl [T: FfiSafe] Range<T>,`.
#[test]
fn each_ffi_safe_type_is_in_the_table() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("core/src/boundary");
    let known: BTreeSet<_> = cells().flat_map(|row| names(row[0])).collect();
    let mut found = BTreeSet::new();
    for path in files(&sources) {
        // Contains types of tests.
        if path.extension().is_none_or(|e| e != "rs") || path.ends_with("recursion.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // In macros the type is a variable with a `$`.
        for line in text.lines().filter(|line| !line.contains("//") && !line.contains('$')) {
            let after = |start: &str| line.split_once(start).map(|(_, rest)| rest);
            let implemented = after("FfiSafe for ").filter(|_| line.contains("impl"));
            let carried = after("    impl [").and_then(|rest| rest.split_once("] "));
            let ty = implemented.or(carried.map(|(_, ty)| ty)).or(after("numbers!("));
            found.extend(names(ty.unwrap_or_default().split("where").next().unwrap_or_default()));
        }
    }
    assert!(found.len() > 40, "{found:?}");
    // The placeholder in a definition, the pinned box of a future, and what the
    // receiver of a `&'static str`, of a returned `&dyn Trait` or of a returned iterator
    // of references reads.
    for hidden in ["Parameter", "NUMBER", "Pin", "D", "Static", "ObjectOfSelf", "ItemOfSelf"] {
        assert!(found.remove(hidden), "{hidden}");
    }
    let missing: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty(), "not in core/src/boundary/types.md: {missing:?}");
}

/// Returns the files of a directory and of its subdirectories.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Returns the names in a type.
fn names(ty: &str) -> BTreeSet<String> {
    let is_name = |char: char| char.is_alphanumeric() || "_'$".contains(char);
    let words = ty.split(|char| !is_name(char)).filter(|word| !word.is_empty());
    words.filter(|word| !word.starts_with(['\'', '$'])).map(str::to_owned).collect()
}
