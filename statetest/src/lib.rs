//! Runs Ethereum's official state tests through pallet-ethereum and pallet-evm.
//!
//! A case gives accounts, a block and a signed transaction, and the state root and the hash of the
//! logs that follow. The accounts are written to FRAME storage, the transaction is applied as block
//! authors apply it, by the testbed runtime natively or as Wasm, and Ethereum's state root is built
//! from what the storage holds then.

pub mod args;
pub mod case;
pub mod diff;
pub mod engine;
pub mod execute;
pub mod fixture;
pub mod list;
pub mod refusal;
pub mod report;
pub mod root;
pub mod run;
pub mod skip;
pub mod source;
