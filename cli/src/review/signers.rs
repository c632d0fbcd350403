//! Contracts that act when enough of their owners have signed: Safes, and Gnosis' MultiSigWallet
//! before them.

use migration_primitives::{hash::keccak256, H160, H256};

use super::{
	authority::{address, addresses, number, Search, MAX_MEMBERS},
	bytecode::selector,
	index::IndexError,
};

/// Adds owners and threshold, and the modules and the guard of a Safe.
pub(super) fn find(search: &mut Search<'_, '_>) -> Result<(), IndexError> {
	let owners = search.view("getOwners()")?;
	let Some(owners) = owners.and_then(|data| addresses(&data, 0)) else { return Ok(()) };
	let mut ask = |signature: &str| -> Result<Option<u64>, IndexError> {
		Ok(search.view(signature)?.and_then(|data| number(&data)))
	};
	let threshold = ask("getThreshold()")?;
	let required = if threshold.is_none() { ask("required()")? } else { None };
	let count = owners.len();
	let (power, how) = match (threshold, required) {
		(Some(threshold), _) => {
			(format!("Safe owner, {threshold} of {count} must sign"), "getOwners(), getThreshold()")
		}
		(None, Some(required)) => {
			(format!("multisig owner, {required} of {count} must sign"), "getOwners(), required()")
		}
		(None, None) => {
			if count > 0 {
				search.cannot("how many of its owners must sign");
			}
			("one of its owners".to_owned(), "getOwners()")
		}
	};
	for owner in owners.iter().take(MAX_MEMBERS) {
		search.add(&power, *owner, how);
	}
	if let Some(more) = count.checked_sub(MAX_MEMBERS).filter(|more| *more > 0) {
		search.cannot(format!("{more} more owners"));
	}
	match threshold {
		Some(_) => modules(search),
		None => Ok(()),
	}
}

fn modules(search: &mut Search<'_, '_>) -> Result<(), IndexError> {
	let mut input = selector("getModulesPaginated(address,uint256)").to_vec();
	// The list begins behind the address 1.
	input.extend_from_slice(H256::from_low_u64_be(1).as_bytes());
	input.extend_from_slice(H256::from_low_u64_be(MAX_MEMBERS as u64).as_bytes());
	let data = search.call("getModulesPaginated()", &input)?;
	match data.as_ref().and_then(|data| addresses(data, 0)) {
		Some(modules) => {
			for module in &modules {
				search.add("Safe module, which acts alone", *module, "getModulesPaginated()");
			}
			// What is behind the last one of the page.
			let next = data.as_ref().and_then(|data| data.get(32..64)).and_then(address);
			let more = next.unwrap_or_default();
			if more != H160::from_low_u64_be(1) && !more.is_zero() {
				search.cannot("more modules of the Safe");
			}
		}
		None => search.cannot("the modules of the Safe"),
	}
	let guard = search.address_in(keccak256(b"guard_manager.guard.address"))?;
	if !guard.is_zero() {
		search.add("Safe guard, which can stop it", guard, "the standard slot");
	}
	Ok(())
}
