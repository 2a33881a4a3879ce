//! The decision at the door: `ParentBased(TraceIdRatioBased)` (OTel SDK specification, sampling).

use super::ids::Ids;

/// Samples a share of new traces; a caller's decision is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampler {
    /// Traces whose lower 63 bits are below this are sampled: all processes decide alike.
    threshold: u64,
}

impl Sampler {
    /// `ratio` is clamped to 0..=1.
    pub(crate) fn new(ratio: f64) -> Self {
        let ratio = if ratio.is_nan() {
            0.0
        } else {
            ratio.clamp(0.0, 1.0)
        };
        // 2^63 is exact in f64; at 1.0 the cast gives 2^63, above every value that `decide` sees.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let threshold = (ratio * 2f64.powi(63)) as u64;
        Self { threshold }
    }

    pub(crate) fn decide(self, root: Ids) -> bool {
        let bytes = root.trace_id.to_bytes();
        let mut low = [0; 8];
        low.copy_from_slice(&bytes[8..]);
        u64::from_be_bytes(low) >> 1 < self.threshold
    }
}
