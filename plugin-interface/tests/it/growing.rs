//! Structs that grow, passed between two versions of them.
#![expect(unsafe_code, reason = "values are passed without a library")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use plugin_interface::FfiSafe;
use plugin_interface::abi::{GrowingHeader, RawGrowing};
use plugin_interface::boundary::{LiftError, Origin};

/// Counts as long as it is alive; its clones share the count.
type Alive = Arc<dyn Fn() -> u32 + Send + Sync>;

fn alive() -> (Arc<()>, Alive) {
    let token = Arc::new(());
    let kept = token.clone();
    (token, Arc::new(move || Arc::strong_count(&kept) as u32))
}

mod old {
    use super::*;

    #[derive(FfiSafe)]
    #[ffi(growing)]
    pub(super) struct Page {
        pub(super) flag: u8,
        pub(super) text: String,
    }
}

mod new {
    use super::*;

    #[derive(FfiSafe)]
    #[ffi(path = "it::growing::old::Page")]
    pub(super) struct Page {
        pub(super) flag: u8,
        pub(super) text: String,
        #[since("1.1")]
        #[ffi(default = Some(7))]
        pub(super) wide: Option<u128>,
        #[since("1.2")]
        pub(super) alive: Option<Alive>,
        #[since("1.3")]
        #[ffi(default = failing())]
        pub(super) last: Vec<String>,
    }

    fn failing() -> Vec<String> {
        panic!("no default")
    }
}

/// Lowers a value as one type, and lifts it as another version of it.
fn passed<A: FfiSafe<Wire = RawGrowing>, B: FfiSafe<Wire = RawGrowing>>(
    value: A,
) -> Result<B::At<'static>, LiftError> {
    // SAFETY: both are versions of one type; its fields borrow nothing.
    unsafe { B::lift(value.lower(), Origin::Rust) }
}

fn page(alive: Option<Alive>) -> new::Page {
    let last = vec!["last".to_owned()];
    new::Page { flag: 1, text: "text".to_owned(), wide: Some(2), alive, last }
}

#[test]
fn what_the_receiver_does_not_know_is_dropped_by_the_sender() {
    let (token, alive) = alive();
    let page: old::Page = passed::<new::Page, old::Page>(page(Some(alive))).unwrap();
    assert_eq!((page.flag, &*page.text), (1, "text"));
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_value_of_one_version_arrives_whole() {
    let (token, alive) = alive();
    let page = passed::<new::Page, new::Page>(page(Some(alive))).unwrap();
    assert_eq!((page.wide, page.last), (Some(2), vec!["last".to_owned()]));
    assert_eq!(Arc::strong_count(&token), 2);
    assert!(page.alive.unwrap()() >= 2);
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_default_that_panics_leaks_nothing_of_the_value() {
    let old = old::Page { flag: 1, text: "text".to_owned() };
    let passed = catch_unwind(AssertUnwindSafe(|| passed::<old::Page, new::Page>(old).is_ok()));
    assert_eq!(*passed.unwrap_err().downcast::<&str>().unwrap(), "no default");
}

/// A block as a plugin in C makes it, with the fields of version 1.2.
#[repr(C)]
struct Block {
    header: GrowingHeader,
    flag: u8,
    text: plugin_interface::abi::RawBuffer,
    wide: <Option<u128> as FfiSafe>::Wire,
    alive: <Option<Alive> as FfiSafe>::Wire,
}

/// The fields from which on blocks were ended.
static ENDED: std::sync::Mutex<Vec<u32>> = std::sync::Mutex::new(Vec::new());

unsafe extern "C" fn end(block: *mut GrowingHeader, from: u32) {
    ENDED.lock().unwrap().push(from);
    // SAFETY: `of_c` allocated it; the fields own nothing.
    drop(unsafe { Box::from_raw(block.cast::<Block>()) });
}

fn of_c(fields: u32, wide_tag: u8) -> RawGrowing {
    let mut wide = Some(5_u128).lower();
    wide.some = wide_tag;
    let block = Block {
        header: GrowingHeader { fields, variant: 0, end },
        flag: 3,
        text: String::new().lower(),
        wide,
        alive: None::<Alive>.lower(),
    };
    RawGrowing(Box::into_raw(Box::new(block)).cast())
}

#[test]
fn a_block_of_c_is_validated_and_ended_once() {
    // SAFETY: a block as documented, of each number of fields.
    let lift = |wire| unsafe { new::Page::lift::<'static>(wire, Origin::Foreign) };
    let refused = |wire| lift(wire).err().map(|error| error.to_string());
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(refused(RawGrowing(std::ptr::null_mut())), text("a pointer must not be null"));
    assert_eq!(refused(of_c(1, 1)), text("what grows must have its first 2 fields, found 1"));
    assert_eq!(refused(of_c(4, 9)), text("the tag of an option or result must be 0 or 1, found 9"));
    // The sender drops what was not taken over.
    assert_eq!(std::mem::take(&mut *ENDED.lock().unwrap()), [0, 3]);
    // SAFETY: as above.
    let old = unsafe { old::Page::lift::<'static>(of_c(4, 9), Origin::Foreign) }.unwrap();
    assert_eq!((old.flag, old.text), (3, String::new()));
    assert_eq!(std::mem::take(&mut *ENDED.lock().unwrap()), [2]);
}

#[test]
fn a_value_that_is_not_passed_on_is_dropped() {
    let (token, alive) = alive();
    drop(page(Some(alive.clone())).lower_guarded());
    assert_eq!(Arc::strong_count(&token), 2);
    drop(alive);
    assert_eq!(Arc::strong_count(&token), 1);
}
