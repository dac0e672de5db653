//! The calls of threads that plugins started: each such thread gets a lane, which a
//! thread of the host serves.

use std::io::{self, Read};
use std::sync::{Arc, Weak};
use std::thread;

use super::child::Failure;
use super::frame::Patient;
use super::lane::{Lane, enter};
use super::message::Request;
use super::session::Session;
use crate::host::by_descriptor::Reply;

/// Passes lanes to the worker when it asks for one, on a thread of its own.
pub(super) fn listen(session: &Arc<Session>) -> io::Result<()> {
    let mut control = session.running.control.try_clone()?;
    let session = Arc::downgrade(session);
    let listen = move || {
        let mut asked = [0];
        while matches!(control.read(&mut asked), Ok(1)) {
            let Some(session) = session.upgrade() else { return };
            if let Some(lane) = session.open_back_lane() {
                start(&session, lane);
            }
        }
    };
    thread::Builder::new().name("plugin-callbacks".to_owned()).spawn(listen).map(drop)
}

/// Serves a lane on a thread of its own.
fn start(session: &Arc<Session>, lane: Arc<Lane>) {
    let (session, address) = (Arc::downgrade(session), session.address());
    let answer = move || serve(&session, address, &lane);
    // If there is no thread, the lane is closed, and the worker ends.
    let _ = thread::Builder::new().name("plugin-callback".to_owned()).spawn(answer);
}

fn serve(session: &Weak<Session>, address: usize, lane: &Arc<Lane>) {
    let entered = enter(address, lane);
    let served = lane.serve(Patient(&lane.socket), |request: &Request<'_>, answer| {
        match session.upgrade() {
            Some(session) => session.serve(lane.number, request, answer),
            None => {
                Reply::Refused("the host needs the worker no more".to_owned()).write(answer);
                None
            }
        }
    });
    drop(entered);
    let Some(session) = session.upgrade() else { return };
    session.close_back_lane(lane);
    // The end of a process closes its lanes: who calls it next sees that.
    if let Err(error) = served
        && matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::Other)
    {
        session.ended(Some("a callback"), Failure::Nonsense(error.to_string()));
    }
}
