//! The integer instructions of x86 that our kernels need and no loop compiles to, over both widths of
//! registers: multiply-adds of pairs, interleaving and packing within 128-bit lanes.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

#[allow(clippy::wildcard_imports, reason = "two dozen intrinsics")]
use std::arch::x86_64::*;

/// A register of `BYTES` bytes.
///
/// Operations named `low` and `high` take the lower and upper half of each 128-bit lane, as `punpck`
/// does.
///
/// # Safety
/// Every operation needs the instruction set of the type: AVX2 for `__m256i`, AVX-512 BW and VNNI
/// for `__m512i`. Loads and stores need `BYTES` bytes at any address.
pub(crate) trait Wide: Copy {
    const BYTES: usize;
    /// Bytes that [`dot`](Self::dot) sums: two or four.
    const DOT: usize;

    unsafe fn load<T>(source: *const T) -> Self;
    unsafe fn store<T>(self, out: *mut T);
    unsafe fn splat16(value: i16) -> Self;
    unsafe fn splat32(value: i32) -> Self;
    unsafe fn xor(self, other: Self) -> Self;
    unsafe fn add32(self, other: Self) -> Self;
    /// Adds products of unsigned bytes and signed bytes, two by two, to 16-bit sums.
    unsafe fn dot8(self, bytes: Self, taps: Self) -> Self;
    /// Adds products of unsigned bytes and signed bytes, as many as [`DOT`](Self::DOT), to sums of as
    /// many bytes.
    unsafe fn dot(self, bytes: Self, taps: Self) -> Self;
    /// The bytes from `N` on of each lane of `self`, followed by those of `next`.
    unsafe fn shift<const N: i32>(self, next: Self) -> Self;
    /// Adds products of signed words, two by two, to 32-bit sums.
    unsafe fn dot16(self, words: Self, taps: Self) -> Self;
    unsafe fn low8(self, other: Self) -> Self;
    unsafe fn high8(self, other: Self) -> Self;
    unsafe fn low16(self, other: Self) -> Self;
    unsafe fn high16(self, other: Self) -> Self;
    unsafe fn low32(self, other: Self) -> Self;
    unsafe fn high32(self, other: Self) -> Self;
    /// The upper word of each 32 bits, unsigned.
    unsafe fn upper(self) -> Self;
    /// The upper word of each 32 bits, signed.
    unsafe fn upper_signed(self) -> Self;
    /// Each 32 bits: the upper words of `self` below those of `other`.
    unsafe fn uppers(self, other: Self) -> Self;
    /// Each 32 bits: the lower words of `self` below those of `other`.
    unsafe fn lowers(self, other: Self) -> Self;
    /// Unsigned 32 bits to saturated words: `self`, then `other`, in each lane.
    unsafe fn pack32(self, other: Self) -> Self;
    /// Signed words to saturated bytes.
    unsafe fn pack16(self, other: Self) -> Self;
    /// Words below 256, each pair as two bytes: that of `self` below that of `other`.
    unsafe fn bytes(self, other: Self) -> Self;
}

macro_rules! forward {
    ($($name:ident($($arg:ident),*) => $call:expr;)*) => {$(
        #[inline(always)]
        unsafe fn $name(self, $($arg: Self),*) -> Self {
            let this = self;
            // SAFETY: by the trait's contract.
            unsafe { $call(this, $($arg),*) }
        }
    )*};
}

impl Wide for __m256i {
    const BYTES: usize = 32;
    const DOT: usize = 2;

    #[inline(always)]
    unsafe fn load<T>(source: *const T) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_loadu_si256(source.cast()) }
    }

    #[inline(always)]
    unsafe fn store<T>(self, out: *mut T) {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_storeu_si256(out.cast(), self) }
    }

    #[inline(always)]
    unsafe fn splat16(value: i16) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_set1_epi16(value) }
    }

    #[inline(always)]
    unsafe fn splat32(value: i32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_set1_epi32(value) }
    }

    #[inline(always)]
    unsafe fn dot8(self, bytes: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_add_epi16(self, _mm256_maddubs_epi16(bytes, taps)) }
    }

    #[inline(always)]
    unsafe fn dot(self, bytes: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { self.dot8(bytes, taps) }
    }

    #[inline(always)]
    unsafe fn shift<const N: i32>(self, next: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_alignr_epi8::<N>(next, self) }
    }

    #[inline(always)]
    unsafe fn bytes(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_or_si256(self, _mm256_slli_epi16::<8>(other)) }
    }

    #[inline(always)]
    unsafe fn dot16(self, words: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_add_epi32(self, _mm256_madd_epi16(words, taps)) }
    }

    #[inline(always)]
    unsafe fn uppers(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_blend_epi16::<0xAA>(_mm256_srli_epi32::<16>(self), other) }
    }

    #[inline(always)]
    unsafe fn lowers(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_blend_epi16::<0xAA>(self, _mm256_slli_epi32::<16>(other)) }
    }

    forward! {
        xor(other) => _mm256_xor_si256;
        add32(other) => _mm256_add_epi32;
        low8(other) => _mm256_unpacklo_epi8;
        high8(other) => _mm256_unpackhi_epi8;
        low16(other) => _mm256_unpacklo_epi16;
        high16(other) => _mm256_unpackhi_epi16;
        low32(other) => _mm256_unpacklo_epi32;
        high32(other) => _mm256_unpackhi_epi32;
        upper() => _mm256_srli_epi32::<16>;
        upper_signed() => _mm256_srai_epi32::<16>;
        pack32(other) => _mm256_packus_epi32;
        pack16(other) => _mm256_packus_epi16;
    }
}

impl Wide for __m512i {
    const BYTES: usize = 64;
    const DOT: usize = 4;

    #[inline(always)]
    unsafe fn load<T>(source: *const T) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_loadu_si512(source.cast()) }
    }

    #[inline(always)]
    unsafe fn store<T>(self, out: *mut T) {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_storeu_si512(out.cast(), self) }
    }

    #[inline(always)]
    unsafe fn splat16(value: i16) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_set1_epi16(value) }
    }

    #[inline(always)]
    unsafe fn splat32(value: i32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_set1_epi32(value) }
    }

    #[inline(always)]
    unsafe fn dot8(self, bytes: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_add_epi16(self, _mm512_maddubs_epi16(bytes, taps)) }
    }

    #[inline(always)]
    unsafe fn dot(self, bytes: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_dpbusd_epi32(self, bytes, taps) }
    }

    #[inline(always)]
    unsafe fn shift<const N: i32>(self, next: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_alignr_epi8::<N>(next, self) }
    }

    #[inline(always)]
    unsafe fn bytes(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_or_si512(self, _mm512_slli_epi16::<8>(other)) }
    }

    #[inline(always)]
    unsafe fn dot16(self, words: Self, taps: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_dpwssd_epi32(self, words, taps) }
    }

    #[inline(always)]
    unsafe fn uppers(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_mask_blend_epi16(0xAAAA_AAAA, _mm512_srli_epi32::<16>(self), other) }
    }

    #[inline(always)]
    unsafe fn lowers(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_mask_blend_epi16(0xAAAA_AAAA, self, _mm512_slli_epi32::<16>(other)) }
    }

    forward! {
        xor(other) => _mm512_xor_si512;
        add32(other) => _mm512_add_epi32;
        low8(other) => _mm512_unpacklo_epi8;
        high8(other) => _mm512_unpackhi_epi8;
        low16(other) => _mm512_unpacklo_epi16;
        high16(other) => _mm512_unpackhi_epi16;
        low32(other) => _mm512_unpacklo_epi32;
        high32(other) => _mm512_unpackhi_epi32;
        upper() => _mm512_srli_epi32::<16>;
        upper_signed() => _mm512_srai_epi32::<16>;
        pack32(other) => _mm512_packus_epi32;
        pack16(other) => _mm512_packus_epi16;
    }
}
