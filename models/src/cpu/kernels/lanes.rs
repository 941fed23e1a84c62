//! Sixteen numbers at once, on whatever vectors the processor has.

/// Sixteen `f32`. The methods of a vector type may only be called where its processor features were detected,
/// from functions that enable them.
pub(super) trait Lanes: Copy {
    /// Sixteen times the same.
    unsafe fn splat(value: f32) -> Self;
    /// Sixteen numbers from memory; needs no alignment.
    unsafe fn load(from: *const f32) -> Self;
    /// Sixteen finite float16 from memory; needs no alignment.
    unsafe fn load_half(from: *const u16) -> Self;
    /// Sixteen numbers to memory; needs no alignment.
    unsafe fn store(self, to: *mut f32);
    /// `self + other`.
    unsafe fn add(self, other: Self) -> Self;
    /// `self - other`.
    unsafe fn sub(self, other: Self) -> Self;
    /// `self · other`.
    unsafe fn mul(self, other: Self) -> Self;
    /// `self / other`.
    unsafe fn div(self, other: Self) -> Self;
    /// The smaller of each pair.
    unsafe fn min(self, other: Self) -> Self;
    /// `self · factor + term`.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The larger of each pair.
    unsafe fn max(self, other: Self) -> Self;
    /// Sum of the sixteen.
    unsafe fn sum(self) -> f32;
}

/// Any processor: arrays that the compiler vectorises as far as the target allows.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; 16]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self;
        for (a, b) in out.0.iter_mut().zip(other.0) {
            *a = function(*a, b);
        }
        out
    }
}

impl Lanes for Portable {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 16])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(from.cast::<[f32; 16]>().read_unaligned())
    }
    #[inline(always)]
    unsafe fn load_half(from: *const u16) -> Self {
        // Exponent and fraction move to their places in a float32; the product mends the exponent, denormals included.
        Self(from.cast::<[u16; 16]>().read_unaligned().map(|bits| {
            let size = f32::from_bits(u32::from(bits & 0x7fff) << 13) * f32::from_bits(0x7780_0000);
            f32::from_bits(size.to_bits() | u32::from(bits & 0x8000) << 16)
        }))
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        to.cast::<[f32; 16]>().write_unaligned(self.0);
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
        // Not `f32::mul_add`: without the instruction that is a slow function call.
        self.zip(factor, |a, b| a * b).zip(term, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn sum(self) -> f32 {
        self.0.iter().sum()
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    #[allow(clippy::wildcard_imports, reason = "the names all start with _mm")]
    use std::arch::x86_64::*;

    use super::Lanes;

    /// AVX-512F: one register.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx512(__m512);

    impl Lanes for Avx512 {
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            Self(_mm512_set1_ps(value))
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(_mm512_loadu_ps(from))
        }
        #[inline(always)]
        unsafe fn load_half(from: *const u16) -> Self {
            Self(_mm512_cvtph_ps(_mm256_loadu_si256(from.cast())))
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            _mm512_storeu_ps(to, self.0);
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self(_mm512_add_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            Self(_mm512_sub_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            Self(_mm512_mul_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            Self(_mm512_div_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            Self(_mm512_min_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(_mm512_fmadd_ps(self.0, factor.0, term.0))
        }
        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            Self(_mm512_max_ps(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn sum(self) -> f32 {
            _mm512_reduce_add_ps(self.0)
        }
    }

    /// AVX2 with FMA: two registers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx2(__m256, __m256);

    impl Lanes for Avx2 {
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            Self(_mm256_set1_ps(value), _mm256_set1_ps(value))
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8)))
        }
        #[inline(always)]
        unsafe fn load_half(from: *const u16) -> Self {
            Self(_mm256_cvtph_ps(_mm_loadu_si128(from.cast())), _mm256_cvtph_ps(_mm_loadu_si128(from.add(8).cast())))
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            _mm256_storeu_ps(to, self.0);
            _mm256_storeu_ps(to.add(8), self.1);
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            Self(_mm256_min_ps(self.0, other.0), _mm256_min_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(_mm256_fmadd_ps(self.0, factor.0, term.0), _mm256_fmadd_ps(self.1, factor.1, term.1))
        }
        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1))
        }
        #[inline(always)]
        unsafe fn sum(self) -> f32 {
            let mut lanes = [0.0; 8];
            _mm256_storeu_ps(lanes.as_mut_ptr(), _mm256_add_ps(self.0, self.1));
            lanes.iter().sum()
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(super) use neon::Neon;

#[cfg(target_arch = "aarch64")]
mod neon {
    #[allow(clippy::wildcard_imports, reason = "the names all start with v")]
    use std::arch::aarch64::*;

    use super::Lanes;

    /// NEON: four registers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Neon([float32x4_t; 4]);

    impl Neon {
        #[inline(always)]
        fn zip(self, other: Self, function: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
            Self([0, 1, 2, 3].map(|at| function(self.0[at], other.0[at])))
        }
    }

    impl Lanes for Neon {
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            Self([vdupq_n_f32(value); 4])
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self([vld1q_f32(from), vld1q_f32(from.add(4)), vld1q_f32(from.add(8)), vld1q_f32(from.add(12))])
        }
        #[inline(always)]
        unsafe fn load_half(from: *const u16) -> Self {
            let super::Portable(numbers) = super::Portable::load_half(from);
            Self::load(numbers.as_ptr())
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            for (at, register) in self.0.into_iter().enumerate() {
                vst1q_f32(to.add(4 * at), register);
            }
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vaddq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn sub(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vsubq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn mul(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vmulq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn div(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vdivq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn min(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vminq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn mul_add(self, factor: Self, term: Self) -> Self {
            Self([0, 1, 2, 3].map(|at| unsafe { vfmaq_f32(term.0[at], self.0[at], factor.0[at]) }))
        }
        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            self.zip(other, |a, b| unsafe { vmaxq_f32(a, b) })
        }
        #[inline(always)]
        unsafe fn sum(self) -> f32 {
            let [a, b, c, d] = self.0;
            vaddvq_f32(vaddq_f32(vaddq_f32(a, b), vaddq_f32(c, d)))
        }
    }
}
