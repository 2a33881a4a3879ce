//! Which requests are recorded, by share, by variable and by priority.

use crate::collector::Collector;
use crate::process::Gateway;

const UNSAMPLED: &str = "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
const SAMPLED: &str = "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const RULES: &str = "Sampler: 0, Priority: [\
    {Header: X-Priority, Values: [high, urgent]}, {Header: x-debug}, \
    {Route: '/orders/{order_id}'}, {Route: '/lo*'}, \
    {Attribute: url.path, Values: [/broken]}, {Attribute: http.request.method, Values: [POST]}]";

#[test]
fn what_has_priority_is_recorded_always() {
    // Keys, variable, request, and whether it is recorded.
    let rows: &[(&str, &str, &str, bool)] = &[
        (RULES, "", "/cached ", false),
        (RULES, "", "/cached x-priority=high", true),
        (RULES, "", "/cached x-priority=low", false),
        (RULES, "", "/cached x-debug=", true),
        (RULES, "", "/orders/7 ", true),
        (RULES, "", "/logged ", true),
        (RULES, "", "/broken ", true),
        (RULES, "", "/no/such/route ", false),
        (RULES, "", &format!("/orders/7 {UNSAMPLED}"), true),
        (RULES, "", &format!("/cached {UNSAMPLED}"), false),
        (RULES, "", &format!("/cached {SAMPLED}"), true),
        (RULES, "always_off", "/orders/7 ", true),
        (RULES, "always_on", "/cached ", true),
        ("Sampler: 1", "", "/cached ", true),
        ("Sampler: 1", "", &format!("/cached {UNSAMPLED}"), false),
        (
            "Sampler: 0",
            "always_on",
            &format!("/cached {UNSAMPLED}"),
            true,
        ),
        (
            "Sampler: 0",
            "parentbased_always_on",
            &format!("/cached {UNSAMPLED}"),
            false,
        ),
        (
            "Sampler: 1",
            "always_off",
            &format!("/cached {SAMPLED}"),
            false,
        ),
        (
            "Sampler: 1",
            "parentbased_always_off",
            &format!("/cached {SAMPLED}"),
            true,
        ),
        ("Sampler: 0", "traceidratio", "/cached ", true),
    ];
    let collector = Collector::start();
    for group in rows.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let (keys, variable, ..) = group[0];
        let keys = format!("Endpoint: '{}', Metrics: false, {keys}", collector.grpc());
        let variables = [("OTEL_TRACES_SAMPLER", variable)];
        let mut gateway = Gateway::start(&keys, &variables);
        for (_, _, request, expected) in group {
            let answer = gateway.tell(request);
            // The answer's `traceparent` says it.
            assert_eq!(
                answer.ends_with("-01"),
                *expected,
                "{keys} {variable} {request}: {answer}"
            );
        }
        let recorded = group.iter().filter(|row| row.3);
        let count: usize = recorded
            .map(|row| 1 + 2 * usize::from(row.2.starts_with("/cached")))
            .sum();
        gateway.end();
        let arrived = collector.look(|seen| seen.spans.len());
        assert_eq!(arrived, count, "{keys} {variable}");
        collector.forget();
    }
}
