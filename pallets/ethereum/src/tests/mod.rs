//! Tests of the pallet, with real signatures.

mod decoding;
mod execution;
mod lists;
mod recording;
mod retention;
mod validity;
pub(crate) mod wallet;
