//! Logs, which become events and receipts.

use super::{Attack, Class, End};
use crate::assembler::until_left;
use anyhow::Result;

pub(super) fn all() -> Result<Vec<Attack>> {
	let cases = [
		("log0 without data", 0u32, "LOG0", ""),
		("log0 of 32 bytes", 32, "LOG0", ""),
		("log0 of 1 KiB", 1_024, "LOG0", ""),
		("log0 of 256 KiB", 262_144, "LOG0", ""),
		("log4 without data", 0, "LOG4", "GAS GAS GAS GAS"),
		("log4 of 1 KiB", 1_024, "LOG4", "GAS GAS GAS GAS"),
	];
	cases
		.into_iter()
		.map(|(name, size, operation, topics)| {
			let body = format!("{topics} PUSH {size} PUSH 0 {operation}");
			// The longest log takes 2.1 million gas.
			let reserve = 20_000 + 9 * u64::from(size).min(40_000);
			let code = until_left("", &body, reserve)?;
			let code = if size > 40_000 { largest(size)? } else { code };
			Ok(Attack::new(Class::Logs, name, End::Succeed, code))
		})
		.collect()
}

/// Long logs as long as there is gas for one, then short ones.
fn largest(size: u32) -> Result<Vec<u8>> {
	let long = until_left("", &format!("PUSH {size} PUSH 0 LOG0"), 9 * u64::from(size) + 50_000)?;
	let mut code = long;
	code.pop();
	let destination = code.len();
	let text =
		format!("JUMPDEST PUSH 1024 PUSH 0 LOG0 PUSH 30000 GAS GT PUSH2 {destination} JUMPI STOP");
	code.extend(crate::assembler::assemble(&text)?);
	Ok(code)
}
