//! From a [`FileTree`](crate::emit::FileTree) to the disk, without ever losing what the user wrote.
//!
//! [`plan`] compares the tree with the disk and the lock and decides, file by file; it writes nothing. A plan
//! without conflicts becomes a [`Ready`] and [`apply`] carries it out, all of it or nothing. The rules, from the
//! user's side, are in `docs/ownership.md`.

mod alike;
mod apply;
mod base;
mod create;
mod decide;
mod diff;
mod disk;
mod format;
mod guard;
mod journal;
mod lock;
pub mod log;
mod merge;
mod normal;
mod notes;
mod plan;
mod record;
mod replace;
mod rustfmt;
mod sample;
mod shape;
mod stamp;
mod threeway;
mod yaml;

pub use self::apply::{Summary, apply, apply_observed};
pub use self::create::create;
pub use self::diff::{between, unified as diff};
pub use self::disk::Disk;
pub use self::guard::{Guard, is_interrupted};
pub use self::lock::{LOCK, Lock, State};
pub use self::notes::Note;
pub use self::plan::{Action, Change, Plan, Ready, Reason, Rules, plan};
pub use self::replace::{put, replace};
pub use self::sample::sample;
pub use self::stamp::{Reads, Stamp};

/// Where unfinished work lives while a plan is carried out; never there afterwards.
const STAGE: &str = ".zgen-stage";

/// Where the text of each scaffold is as zgen wrote it last: the base of a three-way merge.
const BASE: &str = ".zgen/base";

/// What only saves time: of one machine, not to be committed, and never missed.
const CACHE: &str = ".zgen/cache";
