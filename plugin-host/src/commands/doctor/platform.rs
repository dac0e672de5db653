//! What differs on the target of the compiler.

use super::finding::Finding;

const CHECK: &str = "platform";

pub(super) fn judge(target: &str) -> Vec<Finding> {
    let has = |part: &str| target.split('-').any(|found| found == part);
    let is_64_bits = ["x86_64", "aarch64", "riscv64gc", "powerpc64le", "s390x", "loongarch64"]
        .iter()
        .any(|arch| target.starts_with(arch));
    let note =
        |what: &str, cure: &str| vec![Finding::note(CHECK, format!("{target}: {what}"), cure)];
    if !is_64_bits {
        return note("only systems of 64 bits are supported", "rustup target list");
    }
    if has("musl") {
        return note(
            "musl never unmaps a library: each reload keeps the old version in memory",
            "rustup target add x86_64-unknown-linux-gnu",
        );
    }
    if target.ends_with("windows-gnu") {
        return note(
            "each reload takes thread-locals that the system gives back to nobody, so a host ends \
             after some hundred reloads",
            "rustup target add x86_64-pc-windows-gnullvm",
        );
    }
    if has("aarch64") && has("linux") {
        return note(
            "hot reload was tested under qemu only, and a C library before 2.39 keeps libraries \
             with thread-locals mapped",
            "plugin-host check DIR",
        );
    }
    if has("linux") {
        return vec![Finding::ok(CHECK, target)];
    }
    note(
        "plugins that were closed stay mapped, or were not tested in full",
        "plugin-host check DIR",
    )
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    #[test]
    fn each_target_is_judged() {
        for (target, part) in [
            ("x86_64-unknown-linux-musl", "musl never unmaps"),
            ("x86_64-pc-windows-gnu", "thread-locals"),
            ("x86_64-pc-windows-gnullvm", "not tested in full"),
            ("x86_64-pc-windows-msvc", "not tested in full"),
            ("aarch64-apple-darwin", "stay mapped"),
            ("aarch64-unknown-linux-gnu", "hot reload"),
            ("i686-unknown-linux-gnu", "64 bits"),
        ] {
            let finding = judge(target).remove(0);
            assert_eq!(finding.verdict, Verdict::Note, "{target}");
            assert!(finding.found.contains(part), "{finding:?}");
        }
        assert_eq!(judge("x86_64-unknown-linux-gnu")[0].verdict, Verdict::Ok);
    }
}
