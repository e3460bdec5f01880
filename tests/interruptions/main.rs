//! Runs that are cut off: by a power cut, by Ctrl-C, by a disk that is full, by another run.

#![allow(clippy::unwrap_used)]

mod disk;
mod kills;
mod meeting;
mod signals;
mod slow;
mod world;
