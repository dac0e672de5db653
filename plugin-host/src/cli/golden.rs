//! The options of `check` for recorded calls.

use std::path::PathBuf;

use clap::Args;

use crate::worker::repeated_calls::RepeatedCall;

#[derive(Args)]
pub(crate) struct GoldenArgs {
    /// Call the plugins of a library, and write the answers to this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replay", "advisories"])]
    pub(crate) record: Option<PathBuf>,
    /// Repeat the calls of this file, and compare the answers.
    #[arg(long, value_name = "FILE", conflicts_with = "advisories")]
    pub(crate) replay: Option<PathBuf>,
    /// Record this call, as in `Tool.apply "hello"`, instead of random ones.
    #[arg(long = "call", value_name = "CALL", requires = "record")]
    pub(crate) given: Vec<RepeatedCall>,
    /// Record so many random calls of each method.
    #[arg(long, value_name = "NUMBER", default_value_t = 16, conflicts_with = "given")]
    pub(crate) calls: u64,
    /// Number that decides the random calls.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, conflicts_with = "given")]
    pub(crate) seed: u64,
}
