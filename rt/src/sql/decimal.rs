//! Decimal columns: exact in MySQL and PostgreSQL, a text in SQLite, which would make a float of one.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx::decode::Decode;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Sqlite, Type};

/// A number with a fixed point, of up to 28 digits; everything that [`rust_decimal::Decimal`] can do is there.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Decimal(pub rust_decimal::Decimal);

impl Deref for Decimal {
    type Target = rust_decimal::Decimal;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Self {
        Self(value)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl FromStr for Decimal {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Type<Sqlite> for Decimal {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Decimal {
    fn encode_by_ref(&self, args: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<Sqlite>>::encode(self.to_string(), args)
    }
}

impl<'r> Decode<'r, Sqlite> for Decimal {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<Sqlite>>::decode(value)?.parse()?)
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use super::{BoxDynError, Decimal, Decode, Encode, IsNull, Type};
    use sqlx::MySql;
    use sqlx::mysql::{MySqlTypeInfo, MySqlValueRef};

    impl Type<MySql> for Decimal {
        fn type_info() -> MySqlTypeInfo {
            <rust_decimal::Decimal as Type<MySql>>::type_info()
        }

        fn compatible(ty: &MySqlTypeInfo) -> bool {
            <rust_decimal::Decimal as Type<MySql>>::compatible(ty)
        }
    }

    impl Encode<'_, MySql> for Decimal {
        fn encode_by_ref(&self, buf: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
            <rust_decimal::Decimal as Encode<MySql>>::encode_by_ref(&self.0, buf)
        }
    }

    impl<'r> Decode<'r, MySql> for Decimal {
        fn decode(value: MySqlValueRef<'r>) -> Result<Self, BoxDynError> {
            <rust_decimal::Decimal as Decode<MySql>>::decode(value).map(Self)
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{BoxDynError, Decimal, Decode, Encode, IsNull, Type};
    use sqlx::Postgres;
    use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};

    impl Type<Postgres> for Decimal {
        fn type_info() -> PgTypeInfo {
            <rust_decimal::Decimal as Type<Postgres>>::type_info()
        }

        fn compatible(ty: &PgTypeInfo) -> bool {
            <rust_decimal::Decimal as Type<Postgres>>::compatible(ty)
        }
    }

    impl Encode<'_, Postgres> for Decimal {
        fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            <rust_decimal::Decimal as Encode<Postgres>>::encode_by_ref(&self.0, buf)
        }
    }

    impl<'r> Decode<'r, Postgres> for Decimal {
        fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
            <rust_decimal::Decimal as Decode<Postgres>>::decode(value).map(Self)
        }
    }
}
