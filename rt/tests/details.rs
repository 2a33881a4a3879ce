//! Field errors inside a gRPC status, and statuses over HTTP.

use zgen_rt::rpc::{fields_of_status, status_of_fields};
use zgen_rt::{Code, FieldError};

#[test]
fn fields_go_through_a_status() {
    let fields = vec![
        FieldError {
            field: "items[2].price".to_owned(),
            reason: "is required".into(),
        },
        FieldError {
            field: "user_id".to_owned(),
            reason: "is out of range".into(),
        },
    ];
    let status = status_of_fields(tonic::Code::InvalidArgument, "no", &fields);
    assert_eq!(status.message(), "no");
    assert_eq!(fields_of_status(&status), fields);

    let plain = status_of_fields(tonic::Code::NotFound, "no", &[]);
    assert!(plain.details().is_empty());
    assert!(fields_of_status(&plain).is_empty());
}

#[test]
fn details_that_nobody_can_read_are_none() {
    let garbage = bytes::Bytes::from_static(b"\xff\xff\xff");
    let status = tonic::Status::with_details(tonic::Code::InvalidArgument, "no", garbage);
    assert!(fields_of_status(&status).is_empty());
}

/// google/rpc/code.proto, "HTTP Mapping".
#[test]
fn codes_over_http() {
    let table = [
        (tonic::Code::Cancelled, 499),
        (tonic::Code::Unknown, 500),
        (tonic::Code::InvalidArgument, 400),
        (tonic::Code::DeadlineExceeded, 504),
        (tonic::Code::NotFound, 404),
        (tonic::Code::AlreadyExists, 409),
        (tonic::Code::PermissionDenied, 403),
        (tonic::Code::Unauthenticated, 401),
        (tonic::Code::ResourceExhausted, 429),
        (tonic::Code::FailedPrecondition, 400),
        (tonic::Code::Aborted, 409),
        (tonic::Code::OutOfRange, 400),
        (tonic::Code::Unimplemented, 501),
        (tonic::Code::Internal, 500),
        (tonic::Code::Unavailable, 503),
        (tonic::Code::DataLoss, 500),
    ];
    for (grpc, http) in table {
        let code = Code::from(grpc);
        assert_eq!(code.http().as_u16(), http, "{grpc:?}");
        assert_eq!(code.grpc(), grpc);
    }
}
