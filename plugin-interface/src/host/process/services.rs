//! The services of a host, in the message that asks a worker to load its library.

use super::error::WorkerError;
use crate::host::by_descriptor::{Exports, Handle, ServiceHandle, export_service};
use crate::host::services::offers::Found;

/// Exports the services of a host for one worker, and returns them as bytes.
///
/// # Errors
///
/// If a plugin of the library needs one that cannot go to another process, by the path of
/// its interface. Others are not offered.
pub(super) fn export<'s>(
    exports: &Exports,
    services: impl IntoIterator<Item = &'s Found>,
    needs: &[&str],
) -> Result<Vec<u8>, WorkerError> {
    let (mut count, mut bytes) = (0_u32, vec![0; 4]);
    for service in services {
        match export_service(exports, service) {
            Ok(None) => {}
            Ok(Some(ServiceHandle { record, handle: Handle { index, generation } })) => {
                count += 1;
                bytes.extend((record.len() as u32).to_le_bytes());
                bytes.extend(record);
                bytes.extend([index, generation].map(u32::to_le_bytes).concat());
            }
            Err(refused) if needs.contains(&&*refused.path) => {
                return Err(refused.error.into());
            }
            Err(_) => {}
        }
    }
    bytes[..4].copy_from_slice(&count.to_le_bytes());
    Ok(bytes)
}

/// Reads what was written, and returns what is behind it.
pub(super) fn read(bytes: &[u8]) -> Option<(Vec<ServiceHandle>, &[u8])> {
    let (count, mut rest) = bytes.split_first_chunk()?;
    let word = |rest: &mut &[u8]| {
        let (word, behind) = rest.split_first_chunk()?;
        *rest = behind;
        Some(u32::from_le_bytes(*word))
    };
    let mut services = Vec::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let len = word(&mut rest)? as usize;
        let (record, behind) = rest.split_at_checked(len)?;
        rest = behind;
        let handle = Handle { index: word(&mut rest)?, generation: word(&mut rest)? };
        services.push(ServiceHandle { record: record.to_vec(), handle });
    }
    Some((services, rest))
}

#[cfg(test)]
#[expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::host::services::offers::Offers;
    use crate::{Greeter, plugin_interface};

    /// Lends the owner of an object.
    #[plugin_interface]
    trait Owner: Send + Sync {
        fn own(&self, greeter: &Arc<dyn Greeter>);
    }

    struct Local;

    impl Owner for Local {
        fn own(&self, _: &Arc<dyn Greeter>) {}
    }

    impl Greeter for Local {
        fn name(&self) -> &str {
            "local"
        }

        fn greet(&self, target: &str) -> String {
            target.to_owned()
        }
    }

    #[test]
    fn a_service_that_cannot_go_is_an_error_for_those_who_need_it() {
        let offers = Offers::default();
        offers.add::<dyn Owner>(Arc::new(Local));
        offers.add::<dyn Greeter>(Arc::new(Local));
        let (services, exports) = (offers.all(), Exports::default());
        let path = concat!(module_path!(), "::Owner");
        let error = export(&exports, &services, &["a::Tool", path]).unwrap_err();
        assert!(matches!(error, WorkerError::NoValue { .. }), "{error}");
        assert!(error.to_string().contains("an object behind a reference"), "{error}");
        let mut bytes = export(&exports, &services, &["a::Tool"]).unwrap();
        bytes.extend(b"rest");
        let (read, rest) = read(&bytes).unwrap();
        assert_eq!((read.len(), rest), (1, &b"rest"[..]));
        assert_eq!(read[0].record, <dyn Greeter as crate::Interface>::RECORD);
        for len in 0..bytes.len() - 4 {
            assert!(self::read(&bytes[..len]).is_none(), "{len}");
        }
    }
}
