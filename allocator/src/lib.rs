//! An allocator within the runtime, on memory that it takes from the host in large pieces.
//!
//! The allocator of polkadot-sdk's host (`sc-allocator`) rounds every piece up to a power of two and
//! keeps what is given back for pieces of the same size, until the call of the runtime ends. A node
//! executes a whole block in one call, so the transactions of a block would add up: each may need
//! other sizes, none more than the memory that there is, all together more. Here what was given back
//! is joined with its neighbours and serves any size, and taking memory is no call of the host.
//!
//! A runtime that depends on this crate has it as its global allocator when it is built as Wasm;
//! natively the crate does nothing.
#![cfg_attr(not(test), no_std)]

mod host_memory;

#[cfg(target_family = "wasm")]
mod global;

pub use host_memory::{Host, HostMemory};
