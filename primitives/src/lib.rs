//! Formats of a migration of Ethereum contracts into a Substrate chain.
//!
//! Everything here is pure and `no_std`, and the same code runs in the command line, which writes
//! these formats, and in the runtime, which trusts none of them. `docs/format.md` describes every
//! byte.
//!
//! - [`item`]: the records of a snapshot, which are also the contents of its chunks;
//! - [`records`]: the checks of a snapshot's records, one after another;
//! - [`trie`]: roots and proofs of the source's Merkle-Patricia tries;
//! - [`snapshot`]: what stands before and after the records in a snapshot file;
//! - [`map`]: source addresses and their targets;
//! - [`manifest`]: what governance approves;
//! - [`merkle`]: the trees that bind chunks and map entries to the manifest;
//! - [`header`]: the source block's header, as the preimage of its hash;
//! - [`proof`]: the proof-of-existence records kept on the target chain;
//! - [`status`] and [`fault`]: what the target chain tells of a migration.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod address;
pub mod fault;
pub mod hash;
pub mod header;
pub mod item;
pub mod limits;
pub mod manifest;
pub mod map;
pub mod merkle;
pub mod minimal;
pub mod proof;
pub mod records;
pub mod snapshot;
pub mod status;
pub mod trie;

pub use sp_core::{H160, H256, U256};
