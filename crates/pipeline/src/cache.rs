//! The caches of the processor.

use std::sync::OnceLock;

/// What most processors of the last years have.
const TYPICAL: u64 = 1 << 20;

/// Bytes of the second-level cache of a core. Linux says; elsewhere what is typical.
pub(crate) fn second_level() -> u64 {
    static BYTES: OnceLock<u64> = OnceLock::new();
    *BYTES.get_or_init(|| {
        let text = std::fs::read_to_string("/sys/devices/system/cpu/cpu0/cache/index2/size");
        text.ok().and_then(|text| parse(&text)).unwrap_or(TYPICAL)
    })
}

/// A size as the kernel writes it, such as `1024K`.
fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => return None,
    };
    let bytes = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (bytes >= 64 << 10).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_writes() {
        assert_eq!(parse("1024K\n"), Some(1 << 20));
        assert_eq!(parse("2M"), Some(2 << 20));
        assert_eq!(parse("1"), None);
        assert_eq!(parse("much"), None);
    }
}
