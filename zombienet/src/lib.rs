//! Networks of validators whose processes and connections fail while a migration is imported.
//!
//! - [`network`], [`validator`]: a network that zombienet starts, and what can happen to a validator;
//! - [`import`]: a migration into the network by several relayers, and its progress;
//! - [`stranger`]: a relayer that submits out of order, twice, and forged chunks.
//!
//! They take minutes and need npm's packages in this folder, so `scripts/network.sh` runs the tests
//! and `cargo test` alone does not.

pub mod import;
pub mod network;
pub mod stranger;
pub mod validator;
