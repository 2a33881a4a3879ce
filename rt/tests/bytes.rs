//! `[]byte` in a JSON body: base64, with or without padding.

#![cfg(feature = "http")]

use std::collections::BTreeMap;

use zgen_rt::http::bind::{Field, FromJson};
use zgen_rt::http::json::AsBase64;

fn read(json: &str) -> Field<Vec<u8>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Vec::<u8>::from_json(&mut deserializer).expect("the text is JSON")
}

#[test]
fn base64() {
    let cases: &[(&str, Option<&[u8]>)] = &[
        ("", Some(b"")),
        ("aGk=", Some(b"hi")),
        ("aGk", Some(b"hi")),
        ("aA==", Some(b"h")),
        ("aGV5", Some(b"hey")),
        ("aGV5aA==", Some(b"heyh")),
        ("a", None),
        ("aGk==", None),
        ("a-k=", None),
    ];
    for (text, expected) in cases {
        match (read(&format!("\"{text}\"")), expected) {
            (Field::Value(bytes), Some(expected)) => assert_eq!(bytes, *expected, "{text}"),
            (Field::Invalid(_), None) => {}
            (other, _) => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_list_of_numbers_is_bytes_too() {
    assert_eq!(read("[104,105]"), Field::Value(b"hi".to_vec()));
    assert!(matches!(read("[256]"), Field::Invalid(_)));
}

#[test]
fn bytes_are_written_wherever_they_are() {
    let bytes = b"hi".to_vec();
    let by_name = BTreeMap::from([("a", vec![Some(bytes.clone()), None])]);
    let cases = [
        (to_json(&AsBase64(bytes.clone())), r#""aGk=""#),
        (to_json(&AsBase64(Some(bytes.clone()))), r#""aGk=""#),
        (to_json(&AsBase64(None::<Vec<u8>>)), "null"),
        (to_json(&AsBase64([bytes, Vec::new()])), r#"["aGk=",""]"#),
        (to_json(&AsBase64(by_name)), r#"{"a":["aGk=",null]}"#),
    ];
    for (written, expected) in cases {
        assert_eq!(written, expected);
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}
