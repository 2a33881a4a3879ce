//! The circuit breaker against a model of its rules that keeps every call, and against upstreams that fail, carry only
//! so much, and recover; time and chance are the test's own.
#![cfg(any(feature = "http", feature = "rpc-client", feature = "rpc-server"))]

use std::time::Duration;

use zgen_rt::breaker::Breaker;

/// xorshift64*: the same numbers in every run.
struct Chance(u64);

impl Chance {
    #[allow(clippy::cast_precision_loss)]
    fn draw(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Accepted,
    Failed,
    Refused,
}

/// go-zero's rules, by the book: every call is kept, and all are counted again each time.
#[derive(Default)]
struct Model {
    calls: Vec<(u128, End)>,
    last_pass: Option<u128>,
}

impl Model {
    fn admits(&mut self, now: u128, draw: f64) -> bool {
        let newest = now / 250;
        self.calls.retain(|(at, _)| at / 250 + 39 >= newest);
        let (mut requests, mut accepts, mut working, mut failing) = (0, 0, 0_u32, 0_u32);
        for slot in self.calls.chunk_by(|one, two| one.0 / 250 == two.0 / 250) {
            let count = |end| slot.iter().filter(|(_, known)| *known == end).count();
            let (accepted, failed) = (count(End::Accepted), count(End::Failed));
            accepts += accepted;
            requests += slot.len();
            (working, failing) = match (accepted > 0, failed > 0) {
                (true, true) => (0, 0),
                (true, false) => (working + 1, 0),
                (false, true) => (0, failing + 1),
                (false, false) => (working, failing),
            };
        }
        let (requests, accepts) = (number(requests), number(accepts));
        let k = 1.5 - 0.4 * f64::from(failing) / 40.0;
        let share = (requests - 5.0 - k * accepts) / (requests + 1.0);
        if share <= 0.0 {
            return true;
        }
        let is_due = self.last_pass.is_some_and(|last| now - last > 1000);
        if !is_due && draw < share * f64::from(40 - working) / 40.0 {
            self.calls.push((now, End::Refused));
            return false;
        }
        self.last_pass = Some(now);
        true
    }
}

#[allow(clippy::cast_precision_loss)]
fn number(count: usize) -> f64 {
    count as f64
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn decides_as_the_model_does() {
    for seed in 1..=8 {
        let mut chance = Chance(seed);
        let breaker = Breaker::default();
        let mut model = Model::default();
        let mut now = 1;
        let (mut refused, mut passed) = (0, 0);
        for step in 0..1500 {
            // Bursts, pauses, and upstreams that are well, shaky and gone in turn.
            now += match chance.draw() {
                draw if draw < 0.005 => 3000,
                draw if draw < 0.5 => 0,
                _ => 20,
            };
            let health = [1.0, 0.6, 0.0, 0.9][step / 150 % 4];
            let draw = chance.draw();
            let admitted = breaker.admit_at(at(now), draw);
            let expected = model.admits(now.into(), draw);
            assert_eq!(admitted, expected, "seed {seed}, step {step}");
            if !admitted {
                refused += 1;
                continue;
            }
            passed += 1;
            let is_success = chance.draw() < health;
            breaker.record_at(at(now), is_success);
            let end = if is_success {
                End::Accepted
            } else {
                End::Failed
            };
            model.calls.push((now.into(), end));
        }
        assert!(
            refused > 100 && passed > 100,
            "seed {seed}: {refused} {passed}"
        );
    }
}

/// The share that is refused of 100 calls a second, over `seconds`, of which the upstream accepts `carries` a second.
fn refused_share(
    breaker: &Breaker,
    chance: &mut Chance,
    from: u64,
    seconds: u64,
    carries: u64,
) -> f64 {
    let (mut refused, mut made) = (0.0, 0.0);
    // Each tenth of a second has its own share of what is carried.
    for tenth in 0..seconds * 10 {
        let mut left = carries / 10;
        for call in 0..10 {
            let now = at(from * 1000 + tenth * 100 + call * 10);
            made += 1.0;
            if breaker.admit_at(now, chance.draw()) {
                breaker.record_at(now, left > 0);
                left = left.saturating_sub(1);
            } else {
                refused += 1.0;
            }
        }
    }
    refused / made
}

#[test]
fn the_share_follows_the_equation() {
    // (carried of 100 a second, tolerance)
    for (carries, tolerance) in [(10, 0.05), (20, 0.05), (40, 0.05), (60, 0.05), (100, 0.0)] {
        let mut chance = Chance(42);
        let breaker = Breaker::default();
        refused_share(&breaker, &mut chance, 0, 20, carries);
        let share = refused_share(&breaker, &mut chance, 20, 60, carries);
        let (requests, accepts) = (1000.0, 10.0 * f64::from(u32::try_from(carries).unwrap()));
        let expected = f64::max(0.0, (requests - 1.5 * accepts) / (requests + 1.0));
        println!("carries {carries} %: refuses {share:.3}, equation {expected:.3}");
        assert!(
            (share - expected).abs() <= tolerance,
            "carries {carries}: {share} {expected}"
        );
    }
}

#[test]
fn opens_when_all_fails_and_closes_after_recovery() {
    let mut chance = Chance(7);
    let breaker = Breaker::default();
    let well = refused_share(&breaker, &mut chance, 0, 20, 100);
    // The successes before the failure are still in the window.
    refused_share(&breaker, &mut chance, 20, 10, 0);
    let down = refused_share(&breaker, &mut chance, 30, 20, 0);
    refused_share(&breaker, &mut chance, 50, 20, 100);
    let again = refused_share(&breaker, &mut chance, 70, 20, 100);
    println!("refused: {well:.3} well, {down:.3} down, {again:.3} after recovery");
    assert!(well <= 0.0, "{well}");
    assert!(down > 0.95, "{down}");
    assert!(again <= 0.0, "{again}");
}

#[test]
fn few_failures_refuse_nothing() {
    let breaker = Breaker::default();
    for call in 0..6 {
        assert!(breaker.admit_at(at(call), 0.0), "{call}");
        breaker.record_at(at(call), false);
    }
    // Six failures less five, of seven.
    assert!(!breaker.admit_at(at(10), 0.0));
    assert!(breaker.admit_at(at(10), 0.9));
    // The one that passed is remembered, and a second later the next one is, too; but one only.
    assert!(!breaker.admit_at(at(1010), 0.0));
    assert!(breaker.admit_at(at(1011), 0.0));
    assert!(!breaker.admit_at(at(1012), 0.0));
    // What is older than the window is forgotten.
    assert!(breaker.admit_at(at(11_300), 0.0));
}
