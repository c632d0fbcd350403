//! The fuzzer: bounded runs, differences that are put there on purpose, and the program from outside.
#![allow(clippy::unwrap_used)] // A test ends where it fails.

mod differential;
mod planted;
mod program;
