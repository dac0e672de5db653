//! The memory of this process.

/// Returns the kilobytes of it that are in use; `None` where the system does not
/// say so.
fn kilobytes() -> Option<u64> {
    in_use(&std::fs::read("/proc/self/status").ok()?)
}

/// Returns the kilobytes that a `status` file tells. It begins with the name of the
/// program, which may have any bytes.
fn in_use(status: &[u8]) -> Option<u64> {
    let status = String::from_utf8_lossy(status);
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Sees whether memory grows from call to call.
pub(super) struct Growth {
    calls: u64,
    /// The kilobytes after each quarter of the calls.
    quarters: Vec<u64>,
}

impl Growth {
    pub(super) fn over(calls: u64) -> Self {
        Growth { calls, quarters: Vec::new() }
    }

    /// Is called after each call, with its number from 1 on.
    pub(super) fn called(&mut self, number: u64) {
        if number.is_multiple_of(self.calls.div_ceil(4)) {
            self.quarters.extend(kilobytes());
        }
    }

    /// Returns the bytes that each call kept, if memory grew in each of the last
    /// three quarters. The first one has what is only made once.
    pub(super) fn kept(&self) -> Option<u64> {
        /// Less than a heap that grows by a page or two.
        const LEAST: u64 = 32;
        let [first, .., last] = self.quarters[..] else { return None };
        let grows = self.quarters.windows(2).all(|of| of[1] >= of[0] + LEAST);
        let calls = self.calls * 3 / 4;
        (grows && self.quarters.len() == 4).then(|| (last - first) * 1024 / calls.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_may_have_any_bytes() {
        for name in [&b"plugin-host"[..], b"cut after \xc3", b"\xff"] {
            let status = [b"Name:\t", name, b"\nVmRSS:\t    1234 kB\nThreads:\t1\n"].concat();
            assert_eq!(in_use(&status), Some(1234), "{name:?}");
        }
    }
}
