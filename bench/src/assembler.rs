//! EVM programs from mnemonics.

use anyhow::{bail, ensure, Context, Result};
use revm::bytecode::opcode::OpCode;
use sp_core::U256;

/// The longest code of a contract (EIP-170).
pub const MAX_CODE: usize = 24_576;
/// What a program's loop may fill of it.
const FULL: usize = 24_000;

/// Assembles mnemonics, separated by white space. `PUSH` with a decimal or hexadecimal number takes
/// the shortest of its kind; `PUSH2` and so on take it at their width.
pub fn assemble(text: &str) -> Result<Vec<u8>> {
	let mut code = Vec::new();
	let mut words = text.split_whitespace();
	while let Some(word) = words.next() {
		let Some(width) = word.strip_prefix("PUSH").filter(|width| *width != "0") else {
			code.push(byte(word)?);
			continue;
		};
		let argument = words.next().with_context(|| format!("{word} at the end"))?;
		let value = number(argument)?;
		if width.is_empty() {
			code.extend(push(value));
			continue;
		}
		let width: usize = width.parse().with_context(|| format!("unknown: {word}"))?;
		ensure!((1..=32).contains(&width), "unknown: {word}");
		let bytes = value.to_big_endian();
		let (high, low) = bytes.split_at(32 - width);
		ensure!(high.iter().all(|byte| *byte == 0), "{argument} is wider than {word}");
		code.push(byte("PUSH0")? + u8::try_from(width)?);
		code.extend(low);
	}
	Ok(code)
}

/// The shortest instruction that pushes a value.
pub fn push(value: U256) -> Vec<u8> {
	/// `PUSH0`, after which the others follow.
	const PUSH0: u8 = 0x5f;
	let bytes = value.to_big_endian();
	let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
	// At most 32.
	let mut code = vec![PUSH0 + significant.len() as u8];
	code.extend(significant);
	code
}

/// A program that prepares its stack and memory, and then repeats a body for ever. The body leaves
/// the stack as it found it and is written as often as the code's size allows, so that the jump back
/// hardly counts.
pub fn forever(setup: &str, body: &str) -> Result<Vec<u8>> {
	looped(setup, &assemble(body)?, "")
}

/// As [`forever`], but it stops with success when no more than `reserve` gas is left.
pub fn until_left(setup: &str, body: &str, reserve: u64) -> Result<Vec<u8>> {
	let body = assemble(body)?;
	let (mut code, destination) = begun(setup)?;
	code.extend(body);
	let again = format!("PUSH {reserve} GAS GT PUSH2 {destination} JUMPI STOP");
	code.extend(assemble(&again)?);
	Ok(code)
}

fn looped(setup: &str, body: &[u8], after: &str) -> Result<Vec<u8>> {
	let (mut code, destination) = begun(setup)?;
	let end = assemble(&format!("{after} PUSH2 {destination} JUMP"))?;
	loop {
		code.extend(body);
		if code.len() + body.len() + end.len() > FULL {
			break;
		}
	}
	code.extend(end);
	ensure!(code.len() <= MAX_CODE, "a program of {} bytes", code.len());
	Ok(code)
}

/// The beginning of a loop and its destination.
fn begun(setup: &str) -> Result<(Vec<u8>, usize)> {
	let mut code = assemble(setup)?;
	let destination = code.len();
	code.extend(assemble("JUMPDEST")?);
	Ok((code, destination))
}

fn byte(mnemonic: &str) -> Result<u8> {
	let found = (0..=u8::MAX)
		.find(|byte| OpCode::new(*byte).is_some_and(|opcode| opcode.as_str() == mnemonic));
	found.with_context(|| format!("unknown: {mnemonic}"))
}

fn number(text: &str) -> Result<U256> {
	let parsed = match text.strip_prefix("0x") {
		Some(digits) => U256::from_str_radix(digits, 16).ok(),
		None => U256::from_dec_str(text).ok(),
	};
	match parsed {
		Some(value) => Ok(value),
		None => bail!("not a number: {text}"),
	}
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
	use super::*;

	#[test]
	fn assemble_mnemonics_works() {
		assert_eq!(assemble("PUSH 0 PUSH 255 PUSH2 0x1").unwrap(), [0x5f, 0x60, 0xff, 0x61, 0, 1]);
		assert_eq!(assemble(" ADD\nPUSH0 STOP").unwrap(), [1, 0x5f, 0]);
		assert!(assemble("PUSH1 256").is_err());
		assert!(assemble("PUSH").is_err());
		assert!(assemble("FROB").is_err());
	}

	#[test]
	fn programs_keep_the_size_limit_works() {
		let code = forever("PUSH 1", "DUP1 POP").unwrap();
		assert!(code.len() <= MAX_CODE && code.len() > FULL - 8);
		assert_eq!(&code[code.len() - 4..], [0x61, 0, 2, 0x56]);
	}
}
