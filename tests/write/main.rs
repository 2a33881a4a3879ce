//! Writing into a workspace that people own: what is written, what is kept, and what happens when it goes wrong.

mod crash;
mod disk;
mod merges;
mod random;
mod scenarios;
mod support;
