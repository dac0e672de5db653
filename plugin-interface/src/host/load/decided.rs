//! The decision on the content of a library, which is an event of `tracing`.

#[cfg(all(feature = "trust", feature = "tracing"))]
pub(crate) use crate::host::trust::decided::Decided;

/// Nobody hears of a decision without the features `trust` and `tracing`.
#[cfg(not(all(feature = "trust", feature = "tracing")))]
#[derive(Debug, Default)]
pub(crate) struct Decided(());

#[cfg(not(all(feature = "trust", feature = "tracing")))]
impl Decided {
    pub(crate) fn emit(self) -> Result<(), String> {
        Ok(())
    }
}
