//! Calls, creations, destruction, and other accounts' balances and code.

use std::collections::BTreeMap;

use super::{contract, Attack, Class, End, ATTACKER, DATA};
use crate::assembler::{assemble, forever, until_left, MAX_CODE};
use anyhow::Result;
use pallet_evm::GenesisAccount;
use sp_core::{H160, U256};

/// The first of many neighbouring addresses.
const MANY: u64 = 0x1_0000_0000;
/// More accounts than one transaction can touch for the first time.
const ACCOUNTS: u64 = 6_500;
/// The arguments of CALL with one address below them on the stack and nothing to send.
const CALL: &str = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP6 GAS CALL POP";

pub(super) fn all() -> Result<Vec<Attack>> {
	let mut attacks = plain()?;
	attacks.extend(cold()?);
	attacks.extend(creations()?);
	attacks.extend(codes()?);
	Ok(attacks)
}

fn attack(name: &str, end: End, code: Vec<u8>) -> Attack {
	Attack::new(Class::Calls, name, end, code)
}

fn with_callee(name: &str, code: Vec<u8>, callee: Vec<u8>) -> Attack {
	Attack::with_accounts(Class::Calls, name, End::OutOfGas, move || {
		BTreeMap::from([(ATTACKER, contract(code.clone())), (DATA, contract(callee.clone()))])
	})
}

/// Calls and copies that need nothing new.
fn plain() -> Result<Vec<Attack>> {
	let data = format!("PUSH {DATA:#x}");
	let mut attacks = vec![
		attack("call of nobody, warm", End::OutOfGas, forever(&data, CALL)?),
		attack("call of itself, deep", End::OutOfGas, {
			forever("", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS CALL POP")?
		}),
		attack("delegatecall of itself, deep", End::OutOfGas, {
			forever("", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS DELEGATECALL POP")?
		}),
		attack("call without the balance", End::OutOfGas, {
			let value = "PUSH 0x10000000000000000000000000000000000000";
			let body = format!("PUSH 0 PUSH 0 PUSH 0 PUSH 0 {value} DUP6 GAS CALL POP");
			forever(&data, &body)?
		}),
		attack("call with value", End::OutOfGas, {
			forever(&data, "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 DUP6 GAS CALL POP")?
		}),
		attack("balance, warm", End::OutOfGas, forever("", "ADDRESS BALANCE POP")?),
		attack("extcodehash, warm", End::OutOfGas, forever("", "ADDRESS EXTCODEHASH POP")?),
		attack("extcodesize, warm", End::OutOfGas, forever("", "ADDRESS EXTCODESIZE POP")?),
		attack("codecopy of all", End::OutOfGas, {
			forever("", &format!("PUSH {MAX_CODE} PUSH 0 PUSH 0 CODECOPY"))?
		}),
		attack("calldatacopy", End::OutOfGas, {
			forever("", "PUSH 65536 PUSH 0 PUSH 0 CALLDATACOPY")?
		})
		.with_input(vec![0; 65_536]),
	];
	let copy = forever(&data, &format!("PUSH {MAX_CODE} PUSH 0 PUSH 0 DUP4 EXTCODECOPY"))?;
	attacks.push(with_callee("extcodecopy of all", copy, code_of(1)));
	for (name, arguments, kind) in [
		("call", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP6", "CALL"),
		("callcode", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP6", "CALLCODE"),
		("staticcall", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5", "STATICCALL"),
		("delegatecall", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5", "DELEGATECALL"),
	] {
		let name = format!("{kind} of a stop, warm", kind = name);
		let code = forever(&data, &format!("{arguments} GAS {kind} POP"))?;
		attacks.push(with_callee(&name, code, code_of(1)));
	}
	// Memory of the callee, handed back.
	let code = forever(&data, "PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5 GAS STATICCALL POP")?;
	attacks.push(with_callee(
		"return of 4 KiB",
		code.clone(),
		assemble("PUSH 4096 PUSH 0 RETURN")?,
	));
	attacks.push(with_callee(
		"revert of 4 KiB",
		code.clone(),
		assemble("PUSH 4096 PUSH 0 REVERT")?,
	));
	attacks.push(with_callee(
		"call that jumps to nowhere",
		{
			// An exceptional halt consumes what it was given.
			forever(&data, "PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5 PUSH 20 STATICCALL POP")?
		},
		assemble("PUSH 0 JUMP")?,
	));
	let code = forever(
		&data,
		"PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5 GAS STATICCALL POP \
		 PUSH 4096 PUSH 0 PUSH 0 RETURNDATACOPY",
	)?;
	attacks.push(with_callee("returndatacopy", code, assemble("PUSH 4096 PUSH 0 RETURN")?));
	Ok(attacks)
}

/// Accounts touched for the first time.
fn cold() -> Result<Vec<Attack>> {
	let setup = format!("PUSH {MANY}");
	let next = |body: &str| forever(&setup, &format!("{body} PUSH 1 ADD"));
	let mut attacks = vec![
		attack("balance of nobody, cold", End::OutOfGas, next("DUP1 BALANCE POP")?),
		attack("call of nobody, cold", End::OutOfGas, next(CALL)?),
		attack("call with value to new accounts", End::Succeed, {
			let body = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 DUP6 GAS CALL POP PUSH 1 ADD";
			until_left(&setup, body, 100_000)?
		}),
	];
	for (name, body) in
		[("balance, cold", "DUP1 BALANCE POP"), ("call of accounts without code, cold", CALL)]
	{
		attacks.push(among_accounts(name, next(body)?, End::OutOfGas, |_| Vec::new()));
	}
	// Each goes on to another beneficiary, who is new.
	let destroy = assemble("PUSH 0 CALLDATALOAD SELFDESTRUCT")?;
	let body = "DUP1 PUSH 0 MSTORE PUSH 0 PUSH 0 PUSH 32 PUSH 0 PUSH 1 PUSH {DATA} GAS CALL POP \
	            PUSH 1 ADD";
	let code = forever(&setup, &body.replace("{DATA}", &format!("{DATA:#x}")))?;
	attacks.push(with_callee("selfdestruct to new accounts", code, destroy));
	Ok(attacks)
}

/// Contracts that are made, and unmade.
fn creations() -> Result<Vec<Attack>> {
	/// `CALLER SELFDESTRUCT`.
	const DESTROY: &str = "PUSH 0x33ff PUSH 0 MSTORE";
	/// `PUSH2 0x6000 PUSH0 RETURN`: code of 24,576 zeros.
	const DEPLOY: &str = "PUSH 0x6160005ff3 PUSH 0 MSTORE";
	let limit = 2 * MAX_CODE;
	// Init code of which the first byte stops and the rest is nothing but destinations of jumps.
	let longest = format!(
		"PUSH {MAX_CODE} PUSH 0 PUSH 0 PUSH {DATA:#x} EXTCODECOPY \
		 PUSH {rest} PUSH 1 PUSH {MAX_CODE} PUSH {DATA:#x} EXTCODECOPY",
		rest = MAX_CODE - 1
	);
	let many = 100_000;
	let mut attacks = vec![
		attack("create of nothing", End::Succeed, {
			until_left("", "PUSH 0 PUSH 0 PUSH 0 CREATE POP", many)?
		}),
		attack("create2 of nothing", End::Succeed, {
			until_left("", "GAS PUSH 0 PUSH 0 PUSH 0 CREATE2 POP", many)?
		}),
		attack("create2 at one address", End::OutOfGas, {
			forever("", "PUSH 0 PUSH 0 PUSH 0 PUSH 0 CREATE2 POP")?
		}),
		attack("create and selfdestruct", End::Succeed, {
			until_left(DESTROY, "PUSH 2 PUSH 30 PUSH 1 CREATE POP", many)?
		}),
		attack("create of the longest code", End::Succeed, {
			// Three of them, and for the rest short ones.
			let one = "PUSH 5 PUSH 27 PUSH 0 CREATE POP";
			let setup = format!("{DEPLOY} {one} {one} {one}");
			until_left(&setup, "PUSH 0 PUSH 0 PUSH 0 CREATE POP", many)?
		}),
	];
	for (name, operation) in [
		("create with the longest init code", format!("PUSH {limit} PUSH 0 PUSH 0 CREATE POP")),
		("create2 with the longest init code", {
			format!("GAS PUSH {limit} PUSH 0 PUSH 0 CREATE2 POP")
		}),
	] {
		let code = forever(&longest, &operation)?;
		attacks.push(with_callee(name, code, code_of(1)));
	}
	Ok(attacks)
}

/// Long codes of many accounts.
fn codes() -> Result<Vec<Attack>> {
	let setup = format!("PUSH {MANY}");
	let next = |body: &str| forever(&setup, &format!("{body} PUSH 1 ADD"));
	let copy = "PUSH 1 PUSH 0 PUSH 0 DUP4 EXTCODECOPY";
	Ok(vec![
		among_accounts("extcodehash, cold", next("DUP1 EXTCODEHASH POP")?, End::OutOfGas, code_of),
		among_accounts(
			"extcodesize of long codes, cold",
			next("DUP1 EXTCODESIZE POP")?,
			End::TooMuchCode,
			code_of,
		),
		among_accounts("extcodecopy of long codes, cold", next(copy)?, End::TooMuchCode, code_of),
		among_accounts("call of long codes, cold", next(CALL)?, End::TooMuchCode, code_of),
		among_accounts(
			"call of one long code at many addresses",
			next(CALL)?,
			End::OutOfGas,
			|_| code_of(1),
		),
		among_accounts("call of short codes, cold", next(CALL)?, End::OutOfGas, |number| {
			let mut code = vec![0];
			code.extend(number.to_be_bytes());
			code
		}),
	])
}

/// The attacker and many accounts.
fn among_accounts(
	name: &str,
	attacker: Vec<u8>,
	end: End,
	code: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
) -> Attack {
	Attack::with_accounts(Class::Calls, name, end, move || {
		let many = (0..ACCOUNTS).map(|number| {
			let address = H160::from_low_u64_be(MANY + number);
			let balance = U256::from(1);
			(address, GenesisAccount { code: code(number), balance, ..Default::default() })
		});
		many.chain([(ATTACKER, contract(attacker.clone()))]).collect()
	})
}

/// Code as long as can be that stops at once, different for each number, and that takes longest to
/// look for destinations of jumps.
fn code_of(number: u64) -> Vec<u8> {
	const JUMPDEST: u8 = 0x5b;
	let mut code = vec![JUMPDEST; MAX_CODE];
	code[0] = 0;
	code[MAX_CODE - 8..].copy_from_slice(&number.to_be_bytes());
	code
}
