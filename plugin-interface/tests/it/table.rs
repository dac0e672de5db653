//! The types of the table `core/src/boundary/types.md`, each with a value.

use std::collections::hash_map::RandomState;
use std::net::Ipv4Addr;

use plugin_interface::{FfiSafe, plugin_interface};

/// The table.
pub(crate) const TABLE: &str = include_str!("../../core/src/boundary/types.md");

/// Plain data. This and the next items are the names in the table.
#[derive(Clone, Copy, FfiSafe)]
#[repr(C)]
pub(crate) struct P(pub(crate) u8, pub(crate) f64);

#[plugin_interface]
pub(crate) trait Trait {
    fn number(&self) -> u32;
}

#[derive(FfiSafe)]
pub(crate) struct Derived(pub(crate) String, pub(crate) u32);

#[derive(FfiSafe)]
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
pub(crate) const PLAIN: P = P(1, 2.0);

/// Gives `$then!` the rows of the table, in order: a name, the positions in which
/// its types can be, and for each type a name, the type and a value.
macro_rules! each_row {
    ($then:ident) => {
        $then! {
            numbers both
                u8: u8 = 1, u16: u16 = 1, u32: u32 = 1, u64: u64 = 1, u128: u128 = 1, usize: usize = 1,
                i8: i8 = 1, i16: i16 = 1, i32: i32 = 1, i64: i64 = 1, i128: i128 = 1, isize: isize = 1,
                f32: f32 = 1.0, f64: f64 = 1.0, bool: bool = true, char: char = 'a', unit: () = (),
                phantom: PhantomData<T> = PhantomData;
            checked both
                nonzero: NonZero<u32> = NonZero::<u32>::MIN, ordering: Ordering = Ordering::Less,
                duration: Duration = Duration::MAX, time: SystemTime = SystemTime::UNIX_EPOCH;
            texts both
                text: &str = "text", path: &Path = Path::new("path"), os: &OsStr = OsStr::new("os");
            plain both
                slice: &[P] = &[PLAIN], slice_mut: &mut [P] = &mut [PLAIN], one: &P = &PLAIN,
                one_mut: &mut P = &mut P(1, 2.0);
            copies parameter slice: &[T] = &[text()], one: &T = &text();
            owned both
                string: String = text(), path: PathBuf = text().into(), os: OsString = text().into(),
                text: Box<str> = text().into(), vec: Vec<P> = vec![PLAIN],
                deque: VecDeque<P> = [PLAIN].into(), slice: Box<[P]> = [PLAIN].into(),
                one: Box<P> = Box::new(PLAIN);
            cow both text: Cow<'_, str> = Cow::Owned(text()), slice: Cow<'_, [P]> = Cow::Owned(vec![PLAIN]);
            trees both
                vec: Vec<T> = vec![text()], deque: VecDeque<T> = [text()].into(),
                slice: Box<[T]> = [text()].into(), one: Box<T> = Box::new(text());
            maps both
                tree: BTreeMap<K, V> = [(text(), 1)].into(), set: BTreeSet<K> = [text()].into(),
                map: HashMap<K, V, S> = [(text(), 1)].into(), hashed: HashSet<K, S> = [text()].into();
            errors both error: Box<dyn Error + Send + Sync> = text().into();
            objects both one: Box<dyn Trait> = Box::new(PLAIN), shared: Arc<dyn Trait> = Arc::new(PLAIN);
            borrowed_objects parameter one: &dyn Trait = &PLAIN, one_mut: &mut dyn Trait = &mut P(1, 2.0);
            closures both
                call: Box<dyn Fn(A, B) -> R> = Box::new(|_, _| vec![]),
                call_mut: Box<dyn FnMut(A) -> R> = Box::new(|_| vec![]),
                call_once: Box<dyn FnOnce(A) -> R> = Box::new(|_| vec![]),
                shared: Arc<dyn Fn(A) -> R> = Arc::new(|_| vec![]);
            borrowed_closures parameter
                call: &dyn Fn(A) -> R = &|_| vec![], call_mut: &mut dyn FnMut(A) -> R = &mut |_| vec![];
            others both
                each: Box<dyn Iterator<Item = T>> = Box::new([text()].into_iter()),
                later: BoxFuture<'_, T> = Box::pin(async { text() });
            contents both
                option: Option<T> = Some(text()), result: Result<T, E> = Ok(text()),
                array: [T; N] = [text(), text()], range: Range<T> = text()..text(),
                inclusive: RangeInclusive<T> = text()..=text(), tuple: (T, T) = (text(), text());
            derived both one: Derived = Derived(text(), 1);
            adopted both one: Adopted = Adopted(Ipv4Addr::LOCALHOST);
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
