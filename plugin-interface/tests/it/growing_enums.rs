//! Enums that grow, passed between two versions of them.
#![expect(unsafe_code, reason = "values are passed without a library")]

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
    pub(super) enum Event {
        Opened,
        Named(Option<u128>, String),
    }

    #[derive(Debug, PartialEq, FfiSafe)]
    #[ffi(growing)]
    pub(super) enum Answer {
        #[ffi(other)]
        Other,
    }
}

mod new {
    use super::*;

    #[derive(FfiSafe)]
    pub(super) enum Event {
        Opened,
        Named(Option<u128>, String),
        #[since("1.1")]
        Kept(Alive, Box<Event>),
        #[since("1.2")]
        Closed,
    }

    #[derive(FfiSafe)]
    pub(super) enum Answer {
        #[ffi(other)]
        Other,
        #[since("1.1")]
        Kept(Alive, String, Alive),
    }
}

/// Lowers a value as one type, and lifts it as another version of it.
fn passed<A: FfiSafe<Wire = RawGrowing>, B: FfiSafe<Wire = RawGrowing>>(
    value: A,
) -> Result<B::At<'static>, LiftError> {
    // SAFETY: both are versions of one type; its fields borrow nothing.
    unsafe { B::lift(value.lower(), Origin::Rust) }
}

#[test]
fn a_variant_that_the_receiver_does_not_know_is_dropped_by_the_sender() {
    let (token, alive) = alive();
    let kept = new::Answer::Kept(alive.clone(), "text".to_owned(), alive);
    let answer = passed::<new::Answer, old::Answer>(kept).unwrap();
    assert_eq!(answer, old::Answer::Other);
    assert_eq!(Arc::strong_count(&token), 1);
    let back = passed::<old::Answer, new::Answer>(answer).unwrap();
    assert!(matches!(back, new::Answer::Other));
}

#[test]
fn without_a_variant_for_later_ones_it_is_an_error_that_says_what_to_do() {
    let (token, alive) = alive();
    let kept = new::Event::Kept(alive, Box::new(new::Event::Closed));
    let error = passed::<new::Event, old::Event>(kept).err().unwrap();
    assert_eq!(error, LiftError::LaterVariant { of: "Event", variants: 2, found: 2 });
    assert!(error.to_string().contains("`#[ffi(other)]`"), "{error}");
    assert_eq!(Arc::strong_count(&token), 1);
    let error = passed::<new::Event, old::Event>(new::Event::Closed).err().unwrap();
    assert_eq!(error, LiftError::LaterVariant { of: "Event", variants: 2, found: 3 });
}

#[test]
fn a_variant_that_both_know_arrives_whole() {
    assert!(matches!(passed::<old::Event, new::Event>(old::Event::Opened), Ok(new::Event::Opened)));
    let named = new::Event::Named(Some(7), "text".to_owned());
    let Ok(old::Event::Named(Some(7), text)) = passed::<new::Event, old::Event>(named) else {
        panic!("another variant")
    };
    assert_eq!(text, "text");
    let (token, alive) = alive();
    let kept = new::Event::Kept(alive, Box::new(new::Event::Opened));
    let Ok(new::Event::Kept(alive, event)) = passed::<new::Event, new::Event>(kept) else {
        panic!("another variant")
    };
    assert!(alive() >= 2 && matches!(*event, new::Event::Opened));
    drop(alive);
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_value_that_is_not_passed_on_is_dropped() {
    let (token, alive) = alive();
    drop(new::Answer::Kept(alive.clone(), String::new(), alive).lower_guarded());
    drop(new::Answer::Other.lower_guarded());
    assert_eq!(Arc::strong_count(&token), 1);
}

/// A block as a plugin in C makes it.
#[repr(C)]
struct Block {
    header: GrowingHeader,
    number: <Option<u128> as FfiSafe>::Wire,
    text: plugin_interface::abi::RawBuffer,
}

/// The fields from which on blocks were ended.
static ENDED: std::sync::Mutex<Vec<u32>> = std::sync::Mutex::new(Vec::new());

unsafe extern "C" fn end(block: *mut GrowingHeader, from: u32) {
    ENDED.lock().unwrap().push(from);
    // SAFETY: `of_c` allocated it; the fields own nothing.
    drop(unsafe { Box::from_raw(block.cast::<Block>()) });
}

fn of_c(variant: u32, fields: u32, tag: u8) -> RawGrowing {
    let mut number = Some(5_u128).lower();
    number.some = tag;
    let header = GrowingHeader { fields, variant, end };
    let block = Block { header, number, text: String::new().lower() };
    RawGrowing(Box::into_raw(Box::new(block)).cast())
}

#[test]
fn a_block_of_c_is_validated_and_ended_once() {
    // SAFETY: a block as documented, of each number of fields.
    let lift = |wire| unsafe { old::Event::lift::<'static>(wire, Origin::Foreign) };
    let refused = |wire| lift(wire).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(refused(RawGrowing(std::ptr::null_mut())), "a pointer must not be null");
    assert_eq!(refused(of_c(1, 1, 1)), "what grows must have its first 2 fields, found 1");
    assert_eq!(refused(of_c(1, 2, 9)), "the tag of an option or result must be 0 or 1, found 9");
    assert!(refused(of_c(u32::MAX, 2, 1)).contains("number 4294967295"));
    // The sender drops what was not taken over.
    assert_eq!(std::mem::take(&mut *ENDED.lock().unwrap()), [0, 1, 0]);
    assert!(matches!(lift(of_c(1, 2, 0)), Ok(old::Event::Named(None, text)) if text.is_empty()));
    assert!(matches!(lift(of_c(0, 2, 0)), Ok(old::Event::Opened)));
    assert_eq!(std::mem::take(&mut *ENDED.lock().unwrap()), [2, 0]);
}
