//! What the measurements of the EVM and the tests of its bounds share: programs, engines that run
//! them, and the real runtime in the Wasm executor with the node's limits.

pub mod assembler;
pub mod attacks;
pub mod chain;
pub mod engines;
pub mod programs;
