//! What is borrowed, and values that have their own ways; any value of each type
//! is passed by `tests/round_trips`.

use std::sync::OnceLock;

use fixture_interface::everything::*;
use plugin_interface::PluginManager;

use crate::fixtures::Directory;

fn mirror() -> &'static EverythingProxy {
    static MIRROR: OnceLock<EverythingProxy> = OnceLock::new();
    MIRROR.get_or_init(|| {
        let directory = Directory::of(&["healthy"]);
        PluginManager::new().load::<dyn Everything>(directory.path()).unwrap().remove(0)
    })
}

#[test]
fn times_come_back_at_their_edges() {
    let mirror = mirror();
    for value in [Duration::ZERO, Duration::new(0, 999_999_999), Duration::MAX] {
        assert_eq!(mirror.duration(value), value);
    }
    let epoch = SystemTime::UNIX_EPOCH;
    let apart = [(0, 0), (0, 1), (0, 999_999_999), (1, 0), (1, 1), (i64::MAX as u64, 999_999_999)];
    for (seconds, nanos) in apart {
        let apart = Duration::new(seconds, nanos);
        for time in [epoch.checked_add(apart), epoch.checked_sub(apart)].into_iter().flatten() {
            assert_eq!(mirror.time(time), time, "{apart:?}");
        }
    }
    // The first and the last moment that this platform has.
    #[cfg(target_os = "linux")]
    {
        let before = Duration::from_secs(1 << 63);
        let first = epoch.checked_sub(before).unwrap();
        assert_eq!(mirror.time(first), first);
        let last = epoch.checked_add(before - Duration::from_nanos(1)).unwrap();
        assert_eq!(mirror.time(last), last);
    }
}

/// A host and its plugin count from moments of their own.
#[test]
fn an_instant_of_a_host_is_that_moment_in_its_plugin() {
    let mirror = mirror();
    let before = Instant::now();
    let there = mirror.now_and_since(before);
    let after = Instant::now();
    // Readings of one clock by two libraries differ by what is between two readings.
    let slack = Duration::from_secs(1);
    assert!(there.1 <= after - before + slack, "{there:?}");
    assert!(before <= there.0 + slack && there.0 <= after + slack, "{there:?}");
    let day = Duration::from_secs(86_400);
    for instant in [before + day, before + day * 40_000, before + Duration::from_nanos(1)] {
        assert_eq!(mirror.instant(instant), instant);
    }
    if let Some(earlier) = before.checked_sub(Duration::from_nanos(1)) {
        assert_eq!(mirror.instant(earlier), earlier);
    }
}

#[cfg(unix)]
#[test]
fn a_status_has_its_code_and_its_signal() {
    use std::os::unix::process::ExitStatusExt;
    for raw in [0, 256, 0x7f00, 9, 0x8b, -1] {
        let status = ExitStatus::from_raw(raw);
        let output = Output { status, stdout: vec![], stderr: vec![] };
        let (back, whole) = mirror().output(output, status);
        assert_eq!((back.into_raw(), whole.status.into_raw()), (raw, raw));
    }
}

#[test]
fn empty_and_large_values_come_back() {
    let mirror = mirror();
    assert!(mirror.empty_array([]).is_empty());
    assert!(mirror.boxed_slice(Box::new([])).is_empty());
    assert_eq!(&*mirror.boxed_str("".into()), "");
    assert!(mirror.hash_map(HashMap::new()).is_empty());
    assert!(mirror.queue(VecDeque::with_capacity(8)).is_empty());
    let large: Vec<i32> = (0..2_500_000).collect();
    assert_eq!(*mirror.boxed_slice(large.clone().into()), large, "10 MB");
    let words: BTreeSet<String> = (0..20_000).map(|i| i.to_string().repeat(40)).collect();
    assert_eq!(mirror.btree_set(words.clone()), words);
}

#[test]
fn a_map_comes_back_with_any_hasher_that_has_a_default() {
    let map: HashMap<u8, char, Hasher> = ('a'..='z').map(|c| (c as u8, c)).collect();
    assert_eq!(mirror().hashed(map.clone()), map);
}

#[test]
fn a_queue_that_wraps_around_comes_back_in_order() {
    let mut queue: VecDeque<u64> = (0..8).collect();
    for i in 8..13 {
        queue.pop_front();
        queue.push_back(i);
    }
    assert_eq!(mirror().queue(queue.clone()), queue);
}

#[cfg(unix)]
#[test]
fn paths_come_back_whatever_their_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let mirror = mirror();
    for bytes in [&b""[..], b"/", b"a\0b", b"caf\xe9", b"\xff\xfe", "ä/漢".as_bytes()] {
        let text = OsStr::from_bytes(bytes);
        assert_eq!(mirror.borrowed_os_str(text), text);
        assert_eq!(mirror.os_string(text.to_owned()), text);
        assert_eq!(mirror.borrowed_path(Path::new(text)).as_os_str(), text);
        assert_eq!(mirror.path(text.into()).as_os_str(), text);
    }
}

#[test]
fn an_error_arrives_with_its_causes_and_outlives_its_library() {
    let directory = Directory::of(&["shared_malloc"]);
    let mirror = PluginManager::new().load::<dyn Everything>(directory.path()).unwrap().remove(0);
    assert_eq!(mirror.fail(vec![]).unwrap(), 0);
    let chain = ["it failed", "since that failed", ""].map(str::to_owned).to_vec();
    let returned = mirror.fail(chain.clone()).unwrap_err();
    let passed_on = mirror.error(mirror.error(failure(chain.clone()).unwrap()));
    drop(mirror);
    assert!(!crate::fixtures::is_mapped("shared_malloc"));
    for error in [returned, passed_on] {
        assert_eq!(messages(&error), chain);
        assert_eq!(error.to_string(), "it failed");
        assert_eq!(format!("{error:?}"), "it failed: since that failed: ");
    }
}

#[test]
fn an_error_that_is_its_own_cause_arrives_as_some_of_it() {
    #[derive(Debug)]
    struct Circle;
    impl std::fmt::Display for Circle {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("round")
        }
    }
    impl Error for Circle {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }
    let arrived = messages(&mirror().error(Box::new(Circle)));
    assert_eq!(arrived, ["round"; 65]);
}

#[test]
fn what_may_be_borrowed_arrives_as_it_was() {
    let mirror = mirror();
    assert_eq!(mirror.cow("lent".into()), (true, "lent".to_owned()));
    assert_eq!(mirror.cow("given".to_owned().into()), (false, "given".to_owned()));
    assert_eq!(mirror.cow(String::with_capacity(9).into()).1, "");
    assert_eq!(mirror.cow_of_numbers([1, 2][..].into()), (true, vec![1, 2]));
    assert_eq!(mirror.cow_of_numbers(vec![3].into()), (false, vec![3]));
    assert!(mirror.cow_of_numbers(vec![].into()).1.is_empty());
    assert!(matches!(mirror.own_cow(true), Cow::Owned(text) if text == "owned"));
    assert!(matches!(mirror.own_cow(false), Cow::Borrowed("borrowed")));
}

#[test]
fn plain_data_crosses_by_reference() {
    let mirror = mirror();
    assert_eq!(mirror.reference(Some(&u64::MAX)), Some(u64::MAX));
    assert_eq!(mirror.reference(None), None);
    assert_eq!(mirror.reference_to_array(&[1, 2, 3]), [1, 2, 3]);
    let mut matrix = [[1.0, 2.0], [3.0, 4.0]];
    mirror.transpose(&mut matrix);
    assert_eq!(matrix, [[1.0, 3.0], [2.0, 4.0]]);
    assert_eq!(mirror.arrays_slice(&[[1, 2], [3, 4]]), [[1, 2], [3, 4]]);
    let numbers = [1, 255].map(|number| NonZero::new(number).unwrap());
    assert_eq!(mirror.nonzeros_slice(&numbers), numbers);
    assert_eq!(mirror.own_origin(), &[0.0, 0.5, 1.0]);
}

#[test]
fn borrows_within_others_are_borrows() {
    let mirror = mirror();
    assert_eq!(mirror.own_path(), Path::new("/own"));
    let own = mirror.own_words();
    assert_eq!(own, HashMap::from([("here", Path::new(".")), ("", Path::new(""))]));
    assert_eq!(mirror.lookup(own, "here"), Some(".".into()));
    assert_eq!(mirror.own_pairs(), [("a", ["b", "c"]), ("", ["", "d"])]);
    let words = BTreeMap::from([(1, "short".into()), (2, "longer".to_owned().into())]);
    assert_eq!(mirror.longest(words).as_deref(), Some("longer"));
    assert_eq!(mirror.longest(BTreeMap::new()), None);
}

#[test]
fn strings_of_c_come_back() {
    let mirror = mirror();
    assert_eq!((&*mirror.borrowed_c_str(c"a\xff"), mirror.own_c_str()), (c"a\xff", c"own"));
    assert_eq!(&*mirror.borrowed_c_str(c""), c"");
}

#[test]
fn the_elements_of_a_slice_come_back_changed() {
    let mirror = mirror();
    let text = || "text".to_owned();
    let (mut texts, mut numbers) = ([text(), String::new()], [vec![1], vec![2, 3], vec![]]);
    assert_eq!(mirror.reversed(&mut texts, &mut numbers), 5);
    assert_eq!((texts, numbers), ([String::new(), text()], [vec![], vec![2, 3], vec![1]]));
    assert_eq!(mirror.reversed(&mut [], &mut []), 0);
    // Elements that fill a slice of a slice.
    let mut more: Vec<String> = (0..9).map(|i| i.to_string()).collect();
    assert_eq!(mirror.reversed(&mut more[2..4], &mut []), 2);
    assert_eq!(more.concat(), "013245678");
}
