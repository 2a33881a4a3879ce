//! Unsigned 64-bit columns: MySQL has them, SQLite's integers are signed.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo};
use sqlx::{Sqlite, Type};

/// A value to bind. In SQLite one above `i64::MAX` is an error, not another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsigned(pub u64);

#[cfg(feature = "mysql")]
impl Type<sqlx::MySql> for Unsigned {
    fn type_info() -> sqlx::mysql::MySqlTypeInfo {
        <u64 as Type<sqlx::MySql>>::type_info()
    }
}

#[cfg(feature = "mysql")]
impl Encode<'_, sqlx::MySql> for Unsigned {
    fn encode_by_ref(&self, buf: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
        <u64 as Encode<sqlx::MySql>>::encode_by_ref(&self.0, buf)
    }
}

impl Type<Sqlite> for Unsigned {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Unsigned {
    fn encode_by_ref(&self, args: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        let signed = i64::try_from(self.0)?;
        <i64 as Encode<Sqlite>>::encode_by_ref(&signed, args)
    }
}
