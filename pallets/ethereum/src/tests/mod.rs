//! Tests of the pallet, with real signatures.

mod decoding;
mod execution;
mod lists;
mod retention;
mod validity;
pub(crate) mod wallet;
