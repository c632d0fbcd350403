//! Persistent and transient storage.

use std::collections::BTreeMap;

use super::{contract, Attack, Class, End, ATTACKER};
use crate::assembler::{forever, until_left};
use anyhow::Result;
use sp_core::{H160, H256};

/// More slots than can be read cold.
const SLOTS: u64 = 8_000;

pub(super) fn all() -> Result<Vec<Attack>> {
	let endless = |name: &str, setup: &str, body: &str| -> Result<Attack> {
		Ok(Attack::new(Class::Storage, name, End::OutOfGas, forever(setup, body)?))
	};
	let written = |name: &str, setup: &str, body: &str| -> Result<Attack> {
		Ok(Attack::new(Class::Storage, name, End::Succeed, until_left(setup, body, 30_000)?))
	};
	let mut attacks = vec![
		endless("sload warm", "", "PUSH 0 SLOAD POP")?,
		endless("sload cold, empty", "PUSH 0x100000000", "DUP1 SLOAD POP PUSH 1 ADD")?,
		endless("sstore without change", "", "PUSH 0 PUSH 0 SSTORE")?,
		endless("sstore warm and dirty", "PUSH 1 PUSH 0 SSTORE", "GAS PUSH 0 SSTORE")?,
		written("sstore new slots", "PUSH 0x100000000", "DUP1 DUP1 SSTORE PUSH 1 ADD")?,
		written("sstore dirty, kept", "PUSH 1 PUSH 0 SSTORE", &"GAS PUSH 0 SSTORE ".repeat(64))?,
		endless("tload", "PUSH 1 PUSH 0 TSTORE", "PUSH 0 TLOAD POP")?,
		endless("tload of empty slots", "", "GAS TLOAD POP")?,
		endless("tstore of one slot", "", "GAS PUSH 0 TSTORE")?,
		endless("tstore of new slots", "", "GAS GAS TSTORE")?,
		written("tstore of new slots, kept", "", &"GAS GAS TSTORE ".repeat(64))?,
	];
	// Slots that are there.
	let full = |name: &str, code: Vec<u8>, end| {
		Attack::with_accounts(Class::Storage, name, end, move || {
			let mut account = contract(code.clone());
			let slots = (1..=SLOTS).map(|slot| (H256::from_low_u64_be(slot), H256::repeat_byte(1)));
			account.storage = slots.collect();
			BTreeMap::<H160, _>::from([(ATTACKER, account)])
		})
	};
	let code = forever("PUSH 1", "DUP1 SLOAD POP PUSH 1 ADD")?;
	attacks.push(full("sload cold", code, End::OutOfGas));
	let code = until_left("PUSH 1", "DUP1 DUP1 SSTORE PUSH 1 ADD", 30_000)?;
	attacks.push(full("sstore of other values", code, End::Succeed));
	// Emptying is given back 4,800 of its 5,000 gas, up to a fifth of all.
	let code = until_left("PUSH 1", "PUSH 0 DUP2 SSTORE PUSH 1 ADD", 30_000)?;
	attacks.push(full("sstore of zero", code, End::Succeed).refunded());
	Ok(attacks)
}
