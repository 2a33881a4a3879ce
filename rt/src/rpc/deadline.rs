//! The `grpc-timeout` header (gRPC over HTTP/2, Requests).

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The caller's deadline, if it sent a readable one.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(GRPC_TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    // `parse` alone would take a sign.
    if digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

/// Sends a deadline along, in the finest unit that fits the eight digits allowed.
#[cfg_attr(not(feature = "rpc-client"), allow(dead_code))]
pub(super) fn write(limit: Duration, headers: &mut HeaderMap) {
    const MAX: u128 = 99_999_999;
    let (value, unit) = if limit.as_micros() <= MAX {
        (limit.as_micros(), b'u')
    } else if limit.as_millis() <= MAX {
        (limit.as_millis(), b'm')
    } else {
        (u128::from(limit.as_secs()).min(MAX), b'S')
    };
    // Each call has one, so not by way of `fmt`, and not divided in 128 bits.
    let mut rest = u32::try_from(value).unwrap_or(u32::MAX);
    let mut text = [b'0', b'0', b'0', b'0', b'0', b'0', b'0', b'0', unit];
    let mut begin = text.len() - 1;
    loop {
        begin -= 1;
        text[begin] += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 || begin == 0 {
            break;
        }
    }
    if let Ok(value) = HeaderValue::from_bytes(&text[begin..]) {
        headers.insert(GRPC_TIMEOUT, value);
    }
}
