//! Values whose type PostgreSQL tells from their place: labels of an enum, citext, and json, which is not jsonb.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo};
use sqlx::{Sqlite, Type};

/// A text to bind where the column has a type of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untyped(String);

impl Untyped {
    pub fn of<T: ToString + ?Sized>(value: &T) -> Self {
        Self(value.to_string())
    }
}

impl Type<Sqlite> for Untyped {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Untyped {
    fn encode_by_ref(&self, args: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<Sqlite>>::encode_by_ref(&self.0, args)
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{BoxDynError, Encode, IsNull, Type, Untyped};
    use sqlx::Postgres;
    use sqlx::postgres::types::Oid;
    use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};

    /// `unknown`, as the type of a quoted text is before the server has looked at its place.
    const UNKNOWN: Oid = Oid(705);

    impl Type<Postgres> for Untyped {
        fn type_info() -> PgTypeInfo {
            PgTypeInfo::with_oid(UNKNOWN)
        }
    }

    impl Encode<'_, Postgres> for Untyped {
        fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            <String as Encode<Postgres>>::encode_by_ref(&self.0, buf)
        }
    }
}
