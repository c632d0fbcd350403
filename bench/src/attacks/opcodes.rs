//! Instructions that work on the stack alone, and on the environment.

use super::{Attack, Class, End};
use crate::assembler::forever;
use anyhow::Result;

/// All bits, and nearly all.
const ONES: &str = "PUSH 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const BIG: &str = "PUSH 0xfedcba9876543210f0e1d2c3b4a5968778695a4b3c2d1e0ff123456789abcdef";
/// Divisors of every number of limbs, for divisions of every length.
const LIMBS_1: &str = "PUSH 0xfedcba9876543211";
const LIMBS_2: &str = "PUSH 0x80000000000000000000000000000001";
const LIMBS_3: &str = "PUSH 0x800000000000000000000000000000010000000000000003";
const LIMBS_4: &str = "PUSH 0x8000000000000000000000000000000100000000000000030000000000000007";
const NEGATIVE: &str = "PUSH 0x800000000000000000000000000000000000000000000000000000000000002d";

/// Stack of the bodies of two operands: divisor or second operand below, first above.
const TWO: &str = "DUP2 DUP2";

pub(super) fn all() -> Result<Vec<Attack>> {
	let mut attacks = Vec::new();
	let mut add = |name: &str, setup: &str, body: &str| -> Result<()> {
		attacks.push(Attack::new(Class::Opcodes, name, End::OutOfGas, forever(setup, body)?));
		Ok(())
	};

	for (name, operation) in [
		("add", "ADD"),
		("sub", "SUB"),
		("mul", "MUL"),
		("and", "AND"),
		("xor", "XOR"),
		("slt", "SLT"),
		("eq", "EQ"),
	] {
		add(name, &format!("{BIG} {ONES}"), &format!("DUP2 {operation}"))?;
	}
	for (name, divisor) in
		[("1 limb", LIMBS_1), ("2 limbs", LIMBS_2), ("3 limbs", LIMBS_3), ("4 limbs", LIMBS_4)]
	{
		for operation in ["DIV", "MOD"] {
			let name = format!("{} by {name}", operation.to_lowercase());
			add(&name, &format!("{divisor} {BIG}"), &format!("{TWO} {operation} POP"))?;
		}
	}
	for operation in ["SDIV", "SMOD"] {
		let name = operation.to_lowercase();
		add(&name, &format!("{LIMBS_2} {NEGATIVE}"), &format!("{TWO} {operation} POP"))?;
	}
	for (name, modulus) in [("2 limbs", LIMBS_2), ("4 limbs", LIMBS_4)] {
		for operation in ["ADDMOD", "MULMOD"] {
			let name = format!("{} by {name}", operation.to_lowercase());
			let body = format!("DUP2 SWAP1 DUP1 {operation}");
			add(&name, &format!("{modulus} {BIG}"), &body)?;
		}
	}
	add("exp of 32 bytes", &format!("{ONES} {BIG}"), &format!("{TWO} EXP POP"))?;
	add("exp of 1 byte", &format!("PUSH 255 {BIG}"), &format!("{TWO} EXP POP"))?;
	add("exp of nothing", BIG, "PUSH 0 DUP2 EXP POP")?;
	for (name, operation) in [("shl", "SHL"), ("shr", "SHR"), ("sar", "SAR"), ("byte", "BYTE")] {
		add(name, &format!("{NEGATIVE} PUSH 17"), &format!("{TWO} {operation} POP"))?;
	}
	add("signextend", &format!("{NEGATIVE} PUSH 17"), "DUP2 DUP2 SIGNEXTEND POP")?;
	add("clz", "PUSH 1", "CLZ")?;
	add("not", BIG, "NOT")?;
	add("iszero", BIG, "ISZERO")?;
	add("push and pop", "", "PUSH 0 POP")?;
	add("push of 32 bytes", "", &format!("{ONES} POP"))?;
	add("dup and pop", BIG, "DUP1 POP")?;
	add("swap", &format!("{BIG} {ONES}"), "SWAP1")?;
	add("jumpdest", "", "JUMPDEST")?;
	attacks.push(jumps()?);

	let mut add = |name: &str, body: &str| -> Result<()> {
		attacks.push(Attack::new(Class::Opcodes, name, End::OutOfGas, forever("", body)?));
		Ok(())
	};
	for operation in [
		"ADDRESS",
		"ORIGIN",
		"CALLER",
		"CALLVALUE",
		"CALLDATASIZE",
		"CODESIZE",
		"GASPRICE",
		"COINBASE",
		"TIMESTAMP",
		"NUMBER",
		"PREVRANDAO",
		"GASLIMIT",
		"CHAINID",
		"BASEFEE",
		"BLOBBASEFEE",
		"SELFBALANCE",
		"PC",
		"MSIZE",
		"GAS",
		"RETURNDATASIZE",
	] {
		// The names of the instructions of Ethereum before and after the merge differ.
		let mnemonic = if operation == "PREVRANDAO" { "DIFFICULTY" } else { operation };
		add(&operation.to_lowercase(), &format!("{mnemonic} POP"))?;
	}
	add("calldataload", "PUSH 0 CALLDATALOAD POP")?;
	add("blobhash", "PUSH 0 BLOBHASH POP")?;
	let hashes: Vec<String> =
		(744..1_000).map(|number| format!("PUSH2 {number} BLOCKHASH POP")).collect();
	add("blockhash", &hashes.join(" "))?;
	add("blockhash too old", "PUSH 1 BLOCKHASH POP")?;
	Ok(attacks)
}

/// A jump to the next instruction but one, again and again.
fn jumps() -> Result<Attack> {
	let mut code = crate::assembler::assemble("JUMPDEST")?;
	while code.len() < 24_000 {
		let next = code.len() + 4;
		code.extend(crate::assembler::assemble(&format!("PUSH2 {next} JUMP JUMPDEST"))?);
	}
	code.extend(crate::assembler::assemble("PUSH 0 JUMP")?);
	Ok(Attack::new(Class::Opcodes, "jump", End::OutOfGas, code))
}
