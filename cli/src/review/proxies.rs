//! Proxies: whose code a contract runs, and who can change that.

use migration_primitives::{hash::keccak256, H160, H256, U256};

use super::{
	authority::{addresses, Asked, Search, MAX_MEMBERS, MAX_ROLES},
	bytecode::{minimal_proxy, selector, selectors, words},
	index::IndexError,
};

/// Adds what a contract's code and the standard slots tell. Gives the contracts whose code this one
/// runs.
pub(super) fn find(search: &mut Search<'_, '_>, code: &[u8]) -> Result<Vec<H160>, IndexError> {
	let mut implementations = Vec::new();
	if let Some(target) = minimal_proxy(code) {
		search.add("code that runs (minimal proxy)", target, "EIP-1167: in its code");
		implementations.push(target);
	}
	for (power, slot, how, runs) in standard_slots() {
		let holder = search.address_in(slot)?;
		if !holder.is_zero() {
			search.add(power, holder, format!("{how}, slot {slot:?}"));
			implementations.extend(runs.then_some(holder));
		}
	}
	let beacon = search.address_in(eip1967("eip1967.proxy.beacon"))?;
	if !beacon.is_zero() {
		match search.ask(beacon, "implementation()")? {
			Asked::Address(target, how) => {
				search.add("code that runs (beacon)", target, how);
				implementations.push(target);
			}
			_ => search.cannot(format!("the code that its beacon {beacon:?} names")),
		}
	}
	// A Safe's proxy answers this by itself and runs the code at the address in slot 0.
	if selectors(code).contains(&selector("masterCopy()")) || is_safe_proxy(code) {
		let singleton = search.address_in(H256::zero())?;
		if !singleton.is_zero() {
			search.add("code that runs (Safe)", singleton, "slot 0");
			implementations.push(singleton);
		}
	}
	implementations.extend(facets(search)?);
	Ok(implementations)
}

/// The facets of a diamond (EIP-2535) beside the contract itself.
fn facets(search: &mut Search<'_, '_>) -> Result<Vec<H160>, IndexError> {
	const FACETS: &str = "facetAddresses()";
	let contract = search.contract;
	let mut facets = search.view(FACETS)?.and_then(|data| addresses(&data, 0)).unwrap_or_default();
	facets.retain(|facet| *facet != contract && !facet.is_zero());
	if let Some(more) = facets.len().checked_sub(MAX_MEMBERS).filter(|more| *more > 0) {
		search.cannot(format!("{more} more facets, whose code it runs"));
		facets.truncate(MAX_MEMBERS);
	}
	for facet in &facets {
		search.add("code that runs (facet)", *facet, FACETS);
	}
	Ok(facets)
}

/// Slots that mean the same in every contract: what, slot, by which rule, whether it is code that
/// runs.
fn standard_slots() -> [(&'static str, H256, &'static str, bool); 6] {
	let zos = |text: &str| keccak256(text.as_bytes());
	[
		("code that runs", eip1967("eip1967.proxy.implementation"), "EIP-1967", true),
		("proxy admin", eip1967("eip1967.proxy.admin"), "EIP-1967", false),
		("beacon", eip1967("eip1967.proxy.beacon"), "EIP-1967", false),
		("code that runs", keccak256(b"PROXIABLE"), "EIP-1822", true),
		("code that runs", zos("org.zeppelinos.proxy.implementation"), "ZeppelinOS", true),
		("proxy admin", zos("org.zeppelinos.proxy.admin"), "ZeppelinOS", false),
	]
}

/// EIP-1967: the hash of the name, less one.
pub(super) fn eip1967(name: &str) -> H256 {
	let hash = U256::from_big_endian(keccak256(name.as_bytes()).as_bytes());
	H256(hash.saturating_sub(U256::one()).to_big_endian())
}

/// Whether the code begins as the proxies of Safe 1.3 and later do, which push the whole word of
/// `masterCopy()` to compare call data with it.
fn is_safe_proxy(code: &[u8]) -> bool {
	let mut word = H256::zero();
	if let Some(start) = word.0.get_mut(..4) {
		start.copy_from_slice(&selector("masterCopy()"));
	}
	words(code, MAX_ROLES).contains(&word)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn standard_slots_are_those_of_the_eips_works() {
		let [implementation, admin, beacon, proxiable, ..] = standard_slots().map(|slot| slot.1);
		let text = |slot: H256| format!("{slot:?}");
		assert_eq!(
			[text(implementation), text(admin), text(beacon), text(proxiable)],
			[
				"0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
				"0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
				"0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
				"0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7",
			]
		);
	}
}
