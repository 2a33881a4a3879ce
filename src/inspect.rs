//! (Stand-in.)

use crate::model::System;
use crate::source::SourceMap;

pub fn json(_: &System, _: &SourceMap) -> String {
    "{}\n".to_owned()
}
