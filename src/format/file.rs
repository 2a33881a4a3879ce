//! Statements.

use super::block;
use super::page::{Apart, Page, is_comment};
use super::service;
use super::types;
use crate::syntax::{Kind, Node};

pub(super) fn write(file: &Node<'_>, page: &mut Page<'_>) {
    let mut after_import = false;
    for statement in &file.parts {
        page.apart = Apart::Always;
        if is_comment(statement) {
            page.comment(statement);
            continue;
        }
        let is_import = statement.kind == Kind::Import && statement.part(Kind::OpenParen).is_none();
        // Imports may stand close together.
        let apart = if is_import && after_import {
            Apart::AsWritten
        } else {
            Apart::Always
        };
        after_import = is_import;
        page.line(statement.start, apart);
        page.apart = Apart::Never;
        match statement.kind {
            Kind::Types => types::types(statement, page),
            Kind::Service => service::service(statement, page),
            Kind::Info | Kind::Import => block::block(statement, page),
            _ => block::words(statement, page),
        }
    }
}
