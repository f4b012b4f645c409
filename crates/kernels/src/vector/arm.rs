//! Registers of NEON.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

#[allow(clippy::wildcard_imports, reason = "two dozen intrinsics")]
use std::arch::aarch64::*;

use super::{Prefix, Vector, Words, prefix, register};

prefix!(
    int32x4_t,
    4,
    vld1q_s32,
    vst1q_s32,
    vdupq_n_s32,
    vaddq_s32,
    |x| {
        let zero = vdupq_n_s32(0);
        let x = vaddq_s32(x, vextq_s32::<3>(zero, x));
        vaddq_s32(x, vextq_s32::<2>(zero, x))
    },
    |x| vdupq_laneq_s32::<3>(x)
);

impl Words for int16x8_t {
    #[inline(always)]
    unsafe fn widen(source: *const u8) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { vreinterpretq_s16_u16(vmovl_u8(vld1_u8(source))) }
    }

    #[inline(always)]
    unsafe fn narrow(self, shift: u32, out: *mut u8) {
        // SAFETY: by the trait's contract.
        unsafe {
            let words = vshlq_u16(vreinterpretq_u16_s16(self), vdupq_n_s16(-(shift as i16)));
            vst1_u8(out, vmovn_u16(words));
        }
    }
}

register!(
    float32x4_t,
    f32,
    4,
    vld1q_f32,
    vst1q_f32,
    vdupq_n_f32,
    vaddq_f32,
    vsubq_f32,
    vmulq_f32,
    |x, a, b| vfmaq_f32(b, x, a)
);
register!(
    float64x2_t,
    f64,
    2,
    vld1q_f64,
    vst1q_f64,
    vdupq_n_f64,
    vaddq_f64,
    vsubq_f64,
    vmulq_f64,
    |x, a, b| vfmaq_f64(b, x, a)
);
register!(
    int16x8_t,
    i16,
    8,
    vld1q_s16,
    vst1q_s16,
    vdupq_n_s16,
    vaddq_s16,
    vsubq_s16,
    vmulq_s16,
    |x, a, b| vmlaq_s16(b, x, a)
);
