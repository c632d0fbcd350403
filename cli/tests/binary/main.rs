//! The binary from outside: what it says of files, bundles and arguments, and what it does with real
//! Ethereum nodes.

mod bad_input;
mod nodes;
mod plan;
mod review;
mod support;
