//! Copies that bypass the caches.
//!
//! A result that is larger than the caches is not read again before it has left them. Ordinary stores
//! would first fetch each line of it from memory; streaming stores write whole lines straight away,
//! which spares a third of the traffic of a filter that is bound by memory.

use bytemuck::Pod;

/// Copies `source` to `target`, of the same length. Where the processor allows, whole lines go past
/// the caches: into rows of a [streamed](crate::ViewMut::streamed) view, which sees to it that
/// other threads find them.
///
/// # Panics
/// If the lengths differ.
pub fn stream_copy<T: Pod>(target: &mut [T], source: &[T]) {
    assert_eq!(target.len(), source.len());
    #[cfg(target_arch = "x86_64")]
    copy_lines(bytemuck::cast_slice_mut(target), bytemuck::cast_slice(source));
    #[cfg(not(target_arch = "x86_64"))]
    target.copy_from_slice(source);
}

/// Orders the copies of this thread before what it writes next.
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of the baseline.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(clippy::cast_ptr_alignment, reason = "loads are unaligned, stores start on a line")]
fn copy_lines(target: &mut [u8], source: &[u8]) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};

    /// Lines of a cache: a part of one would be a read and a write.
    const LINE: usize = 64;

    let head = target.as_ptr().align_offset(LINE).min(target.len());
    let (target_head, target) = target.split_at_mut(head);
    let (source_head, source) = source.split_at(head);
    target_head.copy_from_slice(source_head);
    let (lines, target_tail) = target.as_chunks_mut::<LINE>();
    let (source_lines, source_tail) = source.as_chunks::<LINE>();
    for (line, source) in lines.iter_mut().zip(source_lines) {
        let line = line.as_mut_ptr().cast::<__m128i>();
        let source = source.as_ptr().cast::<__m128i>();
        for i in 0..LINE / 16 {
            // SAFETY: SSE2 is part of the baseline; both lines are 64 bytes, the target's aligned.
            unsafe { _mm_stream_si128(line.add(i), _mm_loadu_si128(source.add(i))) };
        }
    }
    target_tail.copy_from_slice(source_tail);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_any_length_from_any_start() {
        let source: Vec<u8> = (0..600).map(|i| i as u8).collect();
        for start in [0, 1, 31, 63] {
            for len in [0, 1, 63, 64, 65, 200, 500] {
                let mut target = vec![0xEE; 600];
                stream_copy(&mut target[start..start + len], &source[3..3 + len]);
                fence();
                assert_eq!(target[start..start + len], source[3..3 + len]);
                assert!(target[..start].iter().chain(&target[start + len..]).all(|&x| x == 0xEE));
            }
        }
    }
}
