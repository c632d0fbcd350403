//! Tests of the pallet, with real signatures.

mod decoding;
mod execution;
mod retention;
mod validity;
pub(crate) mod wallet;
