//! Hashes by the instruction.

use super::{Attack, Class, End};
use crate::assembler::forever;
use anyhow::Result;

pub(super) fn all() -> Result<Vec<Attack>> {
	let sizes = [0u32, 1, 32, 64, 136, 1_024, 65_536, 1_048_576];
	sizes
		.into_iter()
		.map(|size| {
			let code = forever("", &format!("PUSH {size} PUSH 0 KECCAK256 POP"))?;
			Ok(Attack::new(Class::Hashing, format!("keccak of {size}"), End::OutOfGas, code))
		})
		.collect()
}
