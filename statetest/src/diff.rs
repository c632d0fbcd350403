//! What differs between two states, account by account.

use crate::fixture::{Account as Expected, Accounts};
use alloy_primitives::{Address, U256};
use evm_testbed::state::Account;
use sp_core::H160;
use std::collections::{BTreeMap, BTreeSet};

/// One line for each fact that differs.
pub fn differences(expected: &Accounts, found: &BTreeMap<H160, Account>) -> Vec<String> {
	let addresses: BTreeSet<Address> = expected
		.keys()
		.copied()
		.chain(found.keys().map(|address| Address::new(address.0)))
		.collect();
	let mut lines = Vec::new();
	for address in addresses {
		match (expected.get(&address), found.get(&H160(address.into_array()))) {
			(Some(expected), Some(found)) => compare(address, expected, found, &mut lines),
			(Some(_), None) => lines.push(format!("{address}: is missing")),
			(None, Some(found)) => lines.push(format!(
				"{address}: should not exist; nonce {}, balance {}, {} bytes of code, {} slots",
				found.nonce,
				found.balance,
				found.code.len(),
				found.storage.len()
			)),
			(None, None) => (),
		}
	}
	lines
}

fn compare(address: Address, expected: &Expected, found: &Account, lines: &mut Vec<String>) {
	let mut fact = |name: &str, expected: String, found: String| {
		if expected != found {
			lines.push(format!("{address}: {name} expected {expected}, found {found}"));
		}
	};
	fact("nonce", expected.nonce.to_string(), found.nonce.to_string());
	fact("balance", expected.balance.to_string(), found.balance.to_string());
	fact("code", expected.code.to_string(), format!("0x{}", hex::encode(&found.code)));
	let mut slots: BTreeMap<U256, (U256, U256)> = BTreeMap::new();
	for (slot, value) in &expected.storage {
		slots.entry(*slot).or_default().0 = *value;
	}
	for (slot, value) in &found.storage {
		slots.entry(U256::from_be_bytes(slot.0)).or_default().1 = U256::from_be_bytes(value.0);
	}
	for (slot, (expected, found)) in slots {
		fact(&format!("slot {slot:#x}"), format!("{expected:#x}"), format!("{found:#x}"));
	}
}
