//! The decision at the door: what has priority always, else as the caller decided, else a share of new traces
//! (OTel SDK specification, `ParentBased(TraceIdRatioBased)`).

use super::ids::Ids;
use super::priority::{Door, Rule};
use crate::config::TelemetryConf;

/// Which requests are recorded. Deciding allocates nothing.
#[derive(Debug)]
pub(crate) struct Sampler {
    /// Traces whose lower 63 bits are below this are sampled: all processes decide alike.
    threshold: u64,
    /// Whether a caller's decision is kept.
    is_parent_based: bool,
    priority: Vec<Rule>,
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
        Self {
            threshold,
            is_parent_based: true,
            priority: Vec::new(),
        }
    }

    /// `OTEL_TRACES_SAMPLER` and its argument, else the file's share; the file's priorities with either.
    pub(crate) fn of(conf: &TelemetryConf) -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let name = variable("OTEL_TRACES_SAMPLER").unwrap_or_default();
        let own = name.strip_prefix("parentbased_");
        let ratio = match own.unwrap_or(&name) {
            "" => conf.sampler,
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => match variable("OTEL_TRACES_SAMPLER_ARG") {
                Some(text) => text
                    .parse()
                    .map_err(|_| anyhow::anyhow!("OTEL_TRACES_SAMPLER_ARG: expected 0 to 1"))?,
                None => 1.0,
            },
            _ => anyhow::bail!(
                "OTEL_TRACES_SAMPLER: expected always_on, always_off, traceidratio, or one of these behind \
                 parentbased_"
            ),
        };
        let rules = conf.priority.iter().enumerate().map(|(at, rule)| {
            Rule::of(rule).map_err(|error| error.context(format!("Priority[{at}]")))
        });
        Ok(Self {
            is_parent_based: name.is_empty() || own.is_some(),
            priority: rules.collect::<Result<_, _>>()?,
            ..Self::new(ratio)
        })
    }

    pub(crate) fn decide(&self, caller: Option<Ids>, ids: Ids, door: &Door<'_>) -> bool {
        match caller {
            _ if self.priority.iter().any(|rule| rule.applies(door)) => true,
            Some(caller) if self.is_parent_based => caller.sampled,
            _ => self.is_in_share(ids),
        }
    }

    fn is_in_share(&self, ids: Ids) -> bool {
        let bytes = ids.trace_id.to_bytes();
        let mut low = [0; 8];
        low.copy_from_slice(&bytes[8..]);
        u64::from_be_bytes(low) >> 1 < self.threshold
    }
}
