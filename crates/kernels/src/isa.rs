//! Instruction sets, detected once.

use std::sync::OnceLock;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust for the baseline of the target. Defines the results.
    Scalar,
    /// x86-64 with AVX2 and FMA.
    Avx2,
}

impl Isa {
    /// Every instruction set, narrowest first.
    pub const ALL: [Self; 2] = [Self::Scalar, Self::Avx2];

    /// Whether this processor has it.
    ///
    /// The probes must happen at run time: a build with a static feature floor would fold them to
    /// `true` and run the kernel on processors that lack it.
    pub fn is_supported(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 => false,
        }
    }

    /// The instruction sets that this processor has.
    pub fn supported() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_supported())
    }

    /// The widest that this processor has, or the one that the environment variable `GIGAPX_SIMD`
    /// names if the processor has that. Chosen at the first call.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| {
            let forced = std::env::var("GIGAPX_SIMD").ok();
            Self::choose(forced.as_deref())
        })
    }

    /// The name that `GIGAPX_SIMD` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
        }
    }

    fn choose(forced: Option<&str>) -> Self {
        Self::supported()
            .find(|isa| Some(isa.name()) == forced)
            .or_else(|| Self::supported().last())
            .unwrap_or(Self::Scalar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_narrows_the_choice() {
        assert_eq!(Isa::choose(Some("scalar")), Isa::Scalar);
        let widest = Isa::supported().last().unwrap();
        assert_eq!(Isa::choose(None), widest);
        assert_eq!(Isa::choose(Some("no such thing")), widest);
    }
}
