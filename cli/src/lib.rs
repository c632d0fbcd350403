//! Takes snapshots of Ethereum contracts, and plans, packs, submits and verifies their migration
//! into a Substrate chain.
//!
//! The binary `evm-migrate` is [`args::Args`] parsed and handed to [`commands::run`]. The rest is
//! its parts, for tests and other programs:
//!
//! - [`snapshot`]: snapshot files, read and written in bounded memory;
//! - [`plan`]: from a snapshot to an address map and warnings;
//! - [`bundle`]: chunks, map and manifest, as they are submitted;
//! - [`source`]: the Ethereum node;
//! - [`substrate`]: the target chain's node.

pub mod args;
pub mod bundle;
pub mod commands;
pub mod console;
pub mod parse;
pub mod plan;
pub mod review;
pub mod snapshot;
pub mod source;
pub mod substrate;
