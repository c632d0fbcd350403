//! Support for the end-to-end tests: the real node, the real command line, and what they work on.
//!
//! - [`node`], [`cli`], [`rpc`]: the programs, and questions to them;
//! - [`session`], [`account`], [`wallet`]: transactions of Substrate and of Ethereum keys;
//! - [`state`]: the storage that a migration touches, to compare it;
//! - [`synthetic`], [`bundle`]: snapshots made up for a test, and their way to a bundle;
//! - [`fault`]: chunks that the chain finds wrong;
//! - [`wait`], [`random`]: waiting for what must happen, and chance that can be repeated.

pub mod account;
pub mod binaries;
pub mod bundle;
mod chain;
pub mod cli;
pub mod fault;
pub mod node;
pub mod random;
pub mod rpc;
pub mod session;
pub mod state;
pub mod synthetic;
pub mod wait;
pub mod wallet;
