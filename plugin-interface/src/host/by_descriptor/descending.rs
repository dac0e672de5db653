//! Tests of objects that another process makes of each other: however many they are and
//! however they borrow, they end with their loan.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::answering::{call, elsewhere, handle, is_refused};
use super::transfer::{HEAD, Handle, Peer, RELEASE, Reply};
use crate::plugin_interface;

/// Has parts that borrow from it.
#[plugin_interface]
trait Part {
    fn part(&self) -> Box<dyn Part + '_>;
}

/// Looks at parts.
#[plugin_interface]
trait Looks: Send + Sync {
    fn look(&self, at: &dyn Part);
    fn take(&self, part: Box<dyn Part>);
}

/// Counts those that live.
struct Counted<'c>(&'c AtomicUsize);

impl<'c> Counted<'c> {
    fn new(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count)
    }
}

impl Part for Counted<'_> {
    fn part(&self) -> Box<dyn Part + '_> {
        Box::new(Counted::new(self.0))
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Asks for a part of an object; `Err` is the reply if there is none.
fn part(peer: &Arc<dyn Peer>, of: Handle) -> Result<Handle, Vec<u8>> {
    let reply = call(peer, of, 0, &[]);
    match Reply::read(&reply) {
        Ok(Reply::Returned { failed: false, values }) => Ok(handle(values)),
        _ => Err(reply),
    }
}

const UNIT: &[u8] = &[0, 0];

#[test]
fn parts_of_parts_have_an_end() {
    static LIVING: AtomicUsize = AtomicUsize::new(0);
    let looks = elsewhere::<dyn Looks>(2, |peer, of, message| {
        let is_owned = of.method == 1;
        let mut innermost = handle(&message[HEAD + usize::from(!is_owned)..]);
        let refused = (0..20_000).find_map(|_| match part(peer, innermost) {
            Ok(found) => {
                // The innermost one alone keeps the others.
                if is_owned {
                    call(peer, innermost, RELEASE, &[]);
                }
                innermost = found;
                None
            }
            Err(reply) => Some(reply),
        });
        is_refused_as_invalid(&refused.unwrap());
        *message = UNIT.to_vec();
        Ok(0)
    });
    let looks = looks.unwrap();
    looks.look(&Counted::new(&LIVING));
    assert_eq!(LIVING.load(Ordering::Relaxed), 0);
    looks.take(Box::new(Counted::new(&LIVING)));
    drop(looks);
    assert_eq!(LIVING.load(Ordering::Relaxed), 0);
}

#[track_caller]
fn is_refused_as_invalid(reply: &[u8]) {
    match Reply::read(reply) {
        Ok(Reply::Invalid(reason)) => assert!(reason.contains("one after another"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_loan_ends_with_all_parts_of_its_parts() {
    let living = AtomicUsize::new(0);
    let looks = elsewhere::<dyn Looks>(2, |peer, _, message| {
        let whole = handle(&message[HEAD + 1..]);
        for number in 0..1000 {
            let within = part(peer, whole).unwrap();
            let innermost = part(peer, within).unwrap();
            match number % 4 {
                0 => drop(call(peer, innermost, RELEASE, &[])),
                1 => drop(call(peer, within, RELEASE, &[])),
                2 => [within, innermost]
                    .into_iter()
                    .for_each(|it| drop(call(peer, it, RELEASE, &[]))),
                _ => {}
            }
        }
        is_refused(&call(peer, whole, RELEASE, &[]), "only an object that was given");
        *message = UNIT.to_vec();
        Ok(0)
    });
    looks.unwrap().look(&Counted::new(&living));
    assert_eq!(living.load(Ordering::Relaxed), 0);
}
