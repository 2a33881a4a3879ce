//! Which limits a call has.

use std::time::Duration;

use super::bucket::Size;
use crate::config::{By, Millis, Rate, RateLimitConf};

/// One limit.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) number: usize,
    /// Of which route or method; empty for that of all.
    pub(super) route: String,
    pub(super) by: By,
    pub(super) size: Size,
    #[cfg(feature = "redis")]
    pub(super) rate: u32,
    #[cfg(feature = "redis")]
    pub(super) period: Duration,
    #[cfg(feature = "redis")]
    pub(super) burst: u32,
}

#[derive(Debug)]
pub(super) struct Rules {
    routes: Vec<Rule>,
    all: Option<Rule>,
}

impl Rules {
    pub(super) fn of(conf: &RateLimitConf) -> Self {
        let routes = conf.routes.iter().enumerate().map(|(index, route)| {
            let (rate, burst) = (route.rate, route.burst);
            let name = in_braces(&route.route);
            Rule::new(index + 1, name, route.by.clone(), rate, route.period, burst)
        });
        let all = |rate| {
            let by = conf.by.clone();
            Rule::new(0, String::new(), by, rate, conf.period, conf.burst)
        };
        Self {
            routes: routes.collect(),
            all: conf.rate.map(all),
        }
    }

    /// Those of its route first.
    pub(super) fn of_call(&self, method: &str, route: &str) -> impl Iterator<Item = &Rule> {
        let matching = move |rule: &&Rule| match rule.route.split_once(' ') {
            Some((own, path)) => own.eq_ignore_ascii_case(method) && path.trim() == route,
            None => rule.route == route,
        };
        self.routes.iter().filter(matching).chain(&self.all)
    }
}

impl Rule {
    fn new(
        number: usize,
        route: String,
        by: By,
        rate: Rate,
        period: Millis,
        burst: Option<Rate>,
    ) -> Self {
        let period = period.limit().unwrap_or(Duration::from_secs(1));
        let burst = burst.unwrap_or(rate).get();
        let rate = rate.get();
        Self {
            number,
            route,
            by,
            size: Size::new(rate, period, burst),
            #[cfg(feature = "redis")]
            rate,
            #[cfg(feature = "redis")]
            period,
            #[cfg(feature = "redis")]
            burst,
        }
    }
}

/// `/orders/:id`, as descriptions write it, to `/orders/{id}`, as routers do.
fn in_braces(route: &str) -> String {
    let parts = route.split('/').map(|part| match part.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}
