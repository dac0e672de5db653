//! The types of the table `core/src/boundary/types.md`, each with a value.

pub(crate) use std::borrow::Cow;
pub(crate) use std::char::{CharTryFromError, ParseCharError};
pub(crate) use std::cmp::{Ordering, Reverse};
pub(crate) use std::collections::hash_map::RandomState;
pub(crate) use std::collections::{
    BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque,
};
pub(crate) use std::error::Error;
pub(crate) use std::ffi::{CStr, CString, OsStr, OsString};
pub(crate) use std::io::{ErrorKind, SeekFrom};
pub(crate) use std::marker::PhantomData;
pub(crate) use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
};
pub(crate) use std::num::{
    NonZero, ParseFloatError, ParseIntError, Saturating, TryFromIntError, Wrapping,
};
pub(crate) use std::ops::{
    Bound, ControlFlow, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};
pub(crate) use std::path::{Path, PathBuf};
pub(crate) use std::process::{ExitStatus, Output};
pub(crate) use std::rc::Rc;
pub(crate) use std::str::{ParseBoolError, Utf8Error};
pub(crate) use std::string::FromUtf8Error;
pub(crate) use std::sync::Arc;
pub(crate) use std::task::Poll;
pub(crate) use std::time::{Duration, Instant, SystemTime};
pub(crate) use std::{fmt, io};

pub(crate) use std::fmt::{Debug, Display};

use plugin_interface::plugin_interface;
pub(crate) use plugin_interface::{BoxFuture, FfiSafe};

/// The table.
pub(crate) const TABLE: &str = include_str!("../../core/src/boundary/types.md");

/// Plain data. This and the next items are the names in the table.
#[derive(Clone, Copy, Debug, FfiSafe)]
#[repr(C)]
pub(crate) struct P(pub(crate) u8, pub(crate) f64);

#[plugin_interface]
pub(crate) trait Trait {
    fn number(&self) -> u32;
}

#[derive(Debug, FfiSafe)]
pub(crate) struct Derived(pub(crate) String, pub(crate) u32);

#[derive(Debug, FfiSafe)]
pub(crate) struct Adopted(#[ffi(with = address)] pub(crate) Ipv4Addr);

mod address {
    use std::net::Ipv4Addr;

    use plugin_interface::boundary::LiftError;

    pub(super) type Crossing = String;

    pub(super) fn lower(address: Ipv4Addr) -> Crossing {
        address.to_string()
    }

    pub(super) fn lift(text: Crossing) -> Result<Ipv4Addr, LiftError> {
        text.parse().map_err(|_| LiftError::Refused("no address"))
    }
}

impl Trait for P {
    fn number(&self) -> u32 {
        self.0.into()
    }
}

pub(crate) type A = u32;
pub(crate) type B = String;
pub(crate) type R = Vec<u8>;
pub(crate) type K = String;
pub(crate) type V = u64;
pub(crate) type S = RandomState;
pub(crate) type T = String;
pub(crate) type E = u8;

pub(crate) const N: usize = 2;

#[allow(dead_code, reason = "a part of values, which one test does not use")]
pub(crate) fn text() -> String {
    "text".to_owned()
}

#[allow(dead_code, reason = "likewise")]
pub(crate) fn not_utf8() -> FromUtf8Error {
    String::from_utf8(vec![255]).unwrap_err()
}

#[allow(dead_code, reason = "likewise")]
pub(crate) fn output() -> Output {
    Output { status: ExitStatus::default(), stdout: text().into(), stderr: Vec::new() }
}

#[allow(dead_code, reason = "likewise")]
pub(crate) const PLAIN: P = P(1, 2.0);

/// Gives `$then!` the rows of the table, in order: a name, names for three interfaces,
/// the positions in which its types can be (`alone` is a parameter that is no part of
/// another type), and for each type a name, the type and a value, which may be leaked.
macro_rules! each_row {
    ($then:ident) => {
        $then! {
            numbers (TakesNumbers ReturnsNumbers NestsNumbers) both
                u8: u8 = 1, u16: u16 = 1, u32: u32 = 1, u64: u64 = 1, u128: u128 = 1, usize: usize = 1,
                i8: i8 = 1, i16: i16 = 1, i32: i32 = 1, i64: i64 = 1, i128: i128 = 1, isize: isize = 1,
                f32: f32 = 1.0, f64: f64 = 1.0, bool: bool = true, char: char = 'a', unit: () = (),
                phantom: PhantomData<T> = PhantomData;
            checked (TakesChecked ReturnsChecked NestsChecked) both
                nonzero: NonZero<u32> = NonZero::<u32>::MIN, ordering: Ordering = Ordering::Less,
                duration: Duration = Duration::MAX, time: SystemTime = SystemTime::UNIX_EPOCH, instant: Instant = Instant::now(),
                status: ExitStatus = ExitStatus::default(),
                kind: ErrorKind = ErrorKind::NotFound, seek: SeekFrom = SeekFrom::Start(1),
                all: RangeFull = ..;
            addresses (TakesAddresses ReturnsAddresses NestsAddresses) both
                ip: IpAddr = Ipv4Addr::LOCALHOST.into(), v4: Ipv4Addr = Ipv4Addr::LOCALHOST,
                v6: Ipv6Addr = Ipv6Addr::LOCALHOST,
                socket: SocketAddr = (Ipv4Addr::LOCALHOST, 80).into(),
                socket_v4: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80),
                socket_v6: SocketAddrV6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 1, 2);
            kinds (TakesKinds ReturnsKinds NestsKinds) both
                format: fmt::Error = fmt::Error, utf8: Utf8Error = not_utf8().utf8_error(),
                integer: ParseIntError = "".parse::<u8>().unwrap_err(),
                float: ParseFloatError = "".parse::<f32>().unwrap_err(),
                bool: ParseBoolError = "".parse::<bool>().unwrap_err(),
                char: ParseCharError = "".parse::<char>().unwrap_err(),
                number: CharTryFromError = char::try_from(u32::MAX).unwrap_err(),
                wide: TryFromIntError = u8::try_from(256).unwrap_err(),
                address: AddrParseError = "".parse::<IpAddr>().unwrap_err();
            texts (TakesTexts ReturnsTexts NestsTexts) both
                text: &str = "text", path: &Path = Path::new("path"), os: &OsStr = OsStr::new("os"),
                c: &CStr = c"text";
            plain (TakesPlain ReturnsPlain NestsPlain) both
                slice: &[P] = &[PLAIN], slice_mut: &mut [P] = Box::leak(Box::new([PLAIN])), one: &P = &PLAIN,
                one_mut: &mut P = Box::leak(Box::new(PLAIN));
            slices (TakesSlices ReturnsSlices NestsSlices) alone list: &mut [&mut [P]] = &mut [&mut [PLAIN]];
            copies (TakesCopies ReturnsCopies NestsCopies) parameter
                slice: &[T] = &[text()], one: &T = &text(),
                arguments: fmt::Arguments<'_> = format_args!("text"), shown: &dyn Display = &1,
                debugged: &dyn Debug = &1, error: &dyn Error = &fmt::Error;
            changed (TakesChanged ReturnsChanged NestsChanged) alone one: &mut T = &mut text(), slice: &mut [T] = &mut [text()];
            owned (TakesOwned ReturnsOwned NestsOwned) both
                string: String = text(), path: PathBuf = text().into(), os: OsString = text().into(),
                text: Box<str> = text().into(), vec: Vec<P> = vec![PLAIN],
                deque: VecDeque<P> = [PLAIN].into(), slice: Box<[P]> = [PLAIN].into(),
                one: Box<P> = Box::new(PLAIN),
                not_utf8: FromUtf8Error = not_utf8(), c: CString = c"text".into(), output: Output = output();
            cow (TakesCow ReturnsCow NestsCow) both text: Cow<'_, str> = Cow::Owned(text()), slice: Cow<'_, [P]> = Cow::Owned(vec![PLAIN]);
            trees (TakesTrees ReturnsTrees NestsTrees) both
                vec: Vec<T> = vec![text()], deque: VecDeque<T> = [text()].into(),
                slice: Box<[T]> = [text()].into(), one: Box<T> = Box::new(text()),
                list: LinkedList<T> = [text()].into(), heap: BinaryHeap<T> = [text()].into();
            shared (TakesShared ReturnsShared NestsShared) both
                arc: Arc<T> = text().into(), rc: Rc<T> = text().into(), arcs: Arc<[T]> = [text()].into(),
                rcs: Rc<[T]> = [text()].into(), arc_str: Arc<str> = text().into(),
                rc_str: Rc<str> = text().into();
            maps (TakesMaps ReturnsMaps NestsMaps) both
                tree: BTreeMap<K, V> = [(text(), 1)].into(), set: BTreeSet<K> = [text()].into(),
                map: HashMap<K, V, S> = [(text(), 1)].into(), hashed: HashSet<K, S> = [text()].into();
            errors (TakesErrors ReturnsErrors NestsErrors) both
                shared: Box<dyn Error + Send + Sync> = text().into(),
                sent: Box<dyn Error + Send> = Box::new(fmt::Error),
                local: Box<dyn Error> = text().into(),
                counted: Arc<dyn Error + Send + Sync> = Arc::new(fmt::Error), io: io::Error = io::Error::other(text());
            objects (TakesObjects ReturnsObjects NestsObjects) both one: Box<dyn Trait> = Box::new(PLAIN), shared: Arc<dyn Trait> = Arc::new(PLAIN);
            borrowed_objects (TakesBorrowedObjects ReturnsBorrowedObjects NestsBorrowedObjects) parameter one: &dyn Trait = &PLAIN, one_mut: &mut dyn Trait = &mut P(1, 2.0);
            closures (TakesClosures ReturnsClosures NestsClosures) both
                call: Box<dyn Fn(A, B) -> R> = Box::new(|_, _| vec![]),
                call_mut: Box<dyn FnMut(A) -> R> = Box::new(|_| vec![]),
                call_once: Box<dyn FnOnce(A) -> R> = Box::new(|_| vec![]),
                shared: Arc<dyn Fn(A) -> R> = Arc::new(|_| vec![]);
            borrowed_closures (TakesBorrowedClosures ReturnsBorrowedClosures NestsBorrowedClosures) parameter
                call: &dyn Fn(A) -> R = &|_| vec![], call_mut: &mut dyn FnMut(A) -> R = &mut |_| vec![],
                write: &mut dyn io::Write = &mut io::sink(),
                print: &mut dyn fmt::Write = &mut text(), read: &mut dyn io::Read = &mut io::empty();
            others (TakesOthers ReturnsOthers NestsOthers) both
                each: Box<dyn Iterator<Item = T>> = Box::new([text()].into_iter()),
                later: BoxFuture<'_, T> = Box::pin(async { text() }),
                write: Box<dyn io::Write> = Box::new(io::sink()),
                print: Box<dyn fmt::Write> = Box::new(text()),
                read: Box<dyn io::Read> = Box::new(io::empty());
            contents (TakesContents ReturnsContents NestsContents) both
                option: Option<T> = Some(text()), result: Result<T, E> = Ok(text()),
                array: [T; N] = [text(), text()], range: Range<T> = text()..text(),
                inclusive: RangeInclusive<T> = text()..=text(), from: RangeFrom<T> = text()..,
                to: RangeTo<T> = ..text(), up_to: RangeToInclusive<T> = ..=text(), bound: Bound<T> = Bound::Included(text()),
                flow: ControlFlow<T, T> = ControlFlow::Break(text()), poll: Poll<T> = Poll::Ready(text()),
                wrapping: Wrapping<T> = Wrapping(text()), saturating: Saturating<T> = Saturating(text()),
                reverse: Reverse<T> = Reverse(text()), tuple: (T, T) = (text(), text());
            derived (TakesDerived ReturnsDerived NestsDerived) both one: Derived = Derived(text(), 1);
            adopted (TakesAdopted ReturnsAdopted NestsAdopted) both one: Adopted = Adopted(Ipv4Addr::LOCALHOST);
        }
    };
}
pub(crate) use each_row;

/// Returns the cells of each row.
pub(crate) fn cells() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().skip(2).take_while(|line| !line.is_empty()).map(|line| {
        let line = line.trim_start_matches("| ").trim_end_matches(" |");
        line.split(" | ").collect()
    })
}

/// Returns the texts between backticks.
pub(crate) fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Returns the text of a type without spaces, and as the table has it.
pub(crate) fn tidy(ty: &str) -> String {
    match ty {
        "Derived" => "#[derive(FfiSafe)]".to_owned(),
        "Adopted" => "#[ffi(with=module)]".to_owned(),
        ty => ty.chars().filter(|char| !char.is_whitespace()).collect(),
    }
}
