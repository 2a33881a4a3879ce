//! Values between the types of a gateway and the messages of its services.
#![cfg(all(feature = "http", feature = "rpc-client"))]

use std::collections::{BTreeMap, HashMap};

use prost_types::{Duration, Timestamp};
use zgen_rt::convert::{self, At as _, Misfit};
use zgen_rt::http::Refusal;

/// As prost writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
enum Status {
    Unknown = 0,
    Paid = 1,
}

impl Status {
    // As prost has it.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unknown => "STATUS_UNKNOWN",
            Self::Paid => "STATUS_PAID",
        }
    }

    fn from_str_name(name: &str) -> Option<Self> {
        match name {
            "STATUS_UNKNOWN" => Some(Self::Unknown),
            "STATUS_PAID" => Some(Self::Paid),
            _ => None,
        }
    }
}

impl From<Status> for i32 {
    fn from(status: Status) -> Self {
        status as Self
    }
}

impl TryFrom<i32> for Status {
    type Error = ();

    fn try_from(number: i32) -> Result<Self, ()> {
        match number {
            0 => Ok(Self::Unknown),
            1 => Ok(Self::Paid),
            _ => Err(()),
        }
    }
}

fn said<T>(result: Result<T, Misfit>) -> Result<T, String> {
    result.map_err(|misfit| misfit.to_string())
}

#[test]
fn numbers() {
    assert_eq!(convert::int::<i64, i32>(7), Ok(7));
    for result in [
        convert::int::<i64, i32>(i64::MAX),
        convert::int(i64::from(i32::MIN) - 1),
    ] {
        assert_eq!(said(result.at("id")), Err("id is out of range".to_owned()));
    }
    assert!(convert::int::<u64, i64>(u64::MAX).is_err());
    assert_eq!(convert::float(1.5), Ok(1.5));
    assert!(convert::float(f64::MAX).is_err());
    assert_eq!(convert::float(f64::INFINITY), Ok(f32::INFINITY));
}

#[test]
fn names_of_enums() {
    for (name, number) in [("STATUS_PAID", Some(1)), ("", Some(0)), ("PAID", None)] {
        assert_eq!(
            convert::enum_number(name, Status::from_str_name).ok(),
            number,
            "{name}"
        );
    }
    for (number, name) in [(0, "STATUS_UNKNOWN"), (1, "STATUS_PAID"), (7, "7")] {
        assert_eq!(convert::enum_name(number, Status::as_str_name), name);
    }
}

#[test]
fn times_and_durations() {
    let time = |seconds, nanos| Timestamp { seconds, nanos };
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", Some(time(0, 0))),
        (
            "2026-11-22T10:00:00.5+01:00",
            Some(time(1_795_338_000, 500_000_000)),
        ),
        ("yesterday", None),
        ("", None),
    ] {
        assert_eq!(convert::timestamp(text).ok(), expected, "{text}");
    }
    let text = |seconds, nanos| convert::rfc3339(time(seconds, nanos)).ok();
    assert_eq!(text(0, 0).as_deref(), Some("1970-01-01T00:00:00Z"));
    assert_eq!(
        text(-62_135_596_800, 0).as_deref(),
        Some("0001-01-01T00:00:00Z")
    );
    // What no calendar holds is an error, not a panic.
    for (seconds, nanos) in [
        (i64::MAX, 0),
        (i64::MIN, 0),
        (0, -1),
        (0, i32::MIN),
        (0, i32::MAX),
    ] {
        assert_eq!(text(seconds, nanos), None, "{seconds} {nanos}");
    }
    assert_eq!(convert::unix_seconds(convert::unix_time(-5)), -5);

    let duration = |seconds, nanos| Duration { seconds, nanos };
    assert_eq!(convert::duration("1.5s"), Ok(duration(1, 500_000_000)));
    assert!(convert::duration("soon").is_err());
    assert_eq!(
        convert::duration_text(duration(-1, -500_000_000)),
        Ok("-1.500s".to_owned())
    );
    for (seconds, nanos) in [(i64::MIN, 0), (i64::MAX, 0), (0, i32::MIN)] {
        assert!(convert::duration_text(duration(seconds, nanos)).is_err());
    }
    assert_eq!(convert::whole_seconds(convert::duration_of(9)), 9);
}

#[test]
fn bytes() {
    assert_eq!(convert::from_base64("YQ=="), Ok(b"a".to_vec()));
    assert_eq!(convert::to_base64(b"a"), "YQ==");
    let wrong = convert::from_base64("?").at("note");
    assert_eq!(said(wrong), Err("note is not base64".to_owned()));
}

/// The path of what does not fit is the caller's way to it.
#[test]
fn places() {
    let item = |price: i64| -> Result<i32, Refusal> { Ok(convert::int(price).at("price")?) };
    let refused = convert::list([1, i64::MAX], item).at("items").unwrap_err();
    assert_eq!(refused.fields[0].field, "items[1].price");
    assert_eq!(refused.message, "items[1].price is out of range");

    let inner = |price: i64| -> anyhow::Result<i32> { Ok(convert::int(price).at("price")?) };
    let failed = convert::list([i64::MIN], inner).at("items").unwrap_err();
    assert_eq!(failed.to_string(), "items[0].price is out of range");

    let values = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), i64::MAX)]);
    let wrong = convert::to_map(values, convert::int::<i64, i32>).at("labels");
    assert_eq!(said(wrong), Err("labels[b] is out of range".to_owned()));
    let values = HashMap::from([(1, 2_i32)]);
    let widened = convert::from_map(values, |value| Ok::<_, Misfit>(i64::from(value)));
    assert_eq!(widened, Ok(BTreeMap::from([(1, 2)])));
}

#[test]
fn one_of_several() {
    assert_eq!(convert::one_of([("a", None::<i32>), ("b", None)]), Ok(None));
    assert_eq!(convert::one_of([("a", None), ("b", Some(2))]), Ok(Some(2)));
    let both = convert::one_of([("a", Some(1)), ("b", Some(2))]);
    assert_eq!(
        said(both),
        Err("b cannot be given together with a".to_owned())
    );
}

#[test]
fn lengths_and_keys() {
    assert_eq!(convert::array([1, 2]), Ok([1, 2]));
    let wrong = convert::array::<i32, 3>(vec![1, 2]).at("sizes");
    assert_eq!(
        said(wrong),
        Err("sizes has 2 items instead of 3".to_owned())
    );
    let wrong: Result<[i32; 2], _> = convert::try_array([1, i64::MAX], convert::int).at("sizes");
    assert_eq!(said(wrong), Err("sizes[1] is out of range".to_owned()));

    let narrow = |key: i64| {
        let values = BTreeMap::from([(key, "x")]);
        convert::to_keyed_map::<_, i32, _, _>(values, str::to_owned).at("badges")
    };
    assert_eq!(narrow(-7), Ok(HashMap::from([(-7, "x".to_owned())])));
    let wrong = Err("badges[5000000000] is out of range".to_owned());
    assert_eq!(said(narrow(5_000_000_000)), wrong);
    let values = HashMap::from([(7_u32, i64::MAX)]);
    let wrong: Result<BTreeMap<u64, i32>, _> =
        convert::try_from_keyed_map(values, convert::int).at("badges");
    assert_eq!(said(wrong), Err("badges[7] is out of range".to_owned()));
}

#[test]
fn any_json() {
    for text in [
        "null",
        "true",
        "-3",
        "1.5",
        "9007199254740992",
        "\"a\"",
        "[1, [], {}]",
        r#"{"a": {"b": [null, 0.25]}, "c": ""}"#,
    ] {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let there = convert::from_json(json.clone());
        assert_eq!(convert::to_json(there), json, "{text}");
    }
    // Of the two numbers, one is no whole one for JSON's sake, and one JSON cannot write at all.
    for (number, shown) in [
        (1e300, serde_json::json!(1e300)),
        (f64::NAN, serde_json::Value::Null),
    ] {
        let value = prost_types::Value::from(number);
        assert_eq!(convert::to_json(value), shown);
    }
    assert_eq!(
        convert::to_json(prost_types::Value { kind: None }),
        serde_json::Value::Null
    );
    let object = serde_json::json!({"a": 1});
    let members = convert::from_object(object.clone()).unwrap();
    assert_eq!(convert::to_object(members), object);
    let wrong = convert::from_object(serde_json::json!([])).at("extra");
    assert_eq!(said(wrong), Err("extra is no object".to_owned()));
}
