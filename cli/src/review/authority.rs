//! Who rules the contracts: owners, roles, proxy admins, owners of Safes.
//!
//! The standard slots of proxies are read; everything else the contracts are asked themselves, by
//! their own functions on the snapshot's data, so that no layout has to be guessed.

use std::collections::BTreeSet;

use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	H160, H256, U256,
};

use super::{
	bytecode::{minimal_proxy, selector, selectors, words},
	index::IndexError,
	roles,
	views::{Answer, Views},
};

/// Functions without arguments that name who rules.
const GETTERS: [&str; 21] = [
	"owner()",
	"pendingOwner()",
	"getOwner()",
	"admin()",
	"pendingAdmin()",
	"governance()",
	"governor()",
	"gov()",
	"guardian()",
	"timelock()",
	"authority()",
	"controller()",
	"minter()",
	"masterMinter()",
	"pauser()",
	"blacklister()",
	"operator()",
	"treasury()",
	"feeTo()",
	"feeToSetter()",
	"defaultAdmin()",
];

/// Most owners or modules of one Safe that are listed.
const MAX_MEMBERS: usize = 64;
/// Most words of the code that are tried as roles.
const MAX_ROLES: usize = 64;

/// A power over a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Power {
	/// The contract.
	pub contract: H160,
	/// What the power is; of this program's words, hexadecimal digits and names of roles only.
	pub power: String,
	/// Who has it; nobody where it is the zero address.
	pub holder: H160,
	/// How it is known.
	pub how: String,
}

/// Something about a contract that could not be determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
	/// The contract.
	pub contract: H160,
	/// What, and why not.
	pub what: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority {
	/// The powers, by contract in ascending order.
	pub powers: Vec<Power>,
	/// What could not be determined.
	pub unknown: Vec<Unknown>,
	/// Contracts for which nothing was found, and nothing points at something.
	pub none: Vec<H160>,
}

/// Looks for the powers over all contracts of a snapshot. `candidates` are the accounts that may have
/// roles.
pub fn find(views: &mut Views<'_>, candidates: &BTreeSet<H160>) -> Result<Authority, IndexError> {
	let mut authority = Authority::default();
	let contracts: Vec<(H160, H256)> = views
		.index()
		.accounts()
		.iter()
		.filter(|(_, place)| place.info.is_contract())
		.map(|(address, place)| (*address, place.code_hash))
		.collect();
	for (contract, code_hash) in contracts {
		let mut search = Search { views, contract, found: Vec::new(), unknown: Vec::new() };
		match code_hash == KECCAK_EMPTY {
			true => search.cannot("it has storage without code"),
			false => search.all(candidates)?,
		}
		if search.found.is_empty() && search.unknown.is_empty() {
			authority.none.push(contract);
		}
		authority.powers.extend(search.found);
		authority.unknown.extend(search.unknown);
	}
	Ok(authority)
}

/// The search in one contract.
pub(super) struct Search<'a, 'b> {
	pub(super) views: &'a mut Views<'b>,
	pub(super) contract: H160,
	pub(super) found: Vec<Power>,
	unknown: Vec<Unknown>,
}

impl Search<'_, '_> {
	fn all(&mut self, candidates: &BTreeSet<H160>) -> Result<(), IndexError> {
		let code = self.views.index().code(self.contract)?;
		let mut functions = selectors(&code);
		let mut constants = words(&code, MAX_ROLES);
		for implementation in self.proxy(&code)? {
			if !self.views.index().accounts().contains_key(&implementation) {
				self.cannot(format!(
					"its functions: the code that it runs is that of {implementation:?}, which is \
					 not in the snapshot"
				));
				continue;
			}
			let code = self.views.index().code(implementation)?;
			functions.extend(selectors(&code));
			constants.extend(words(&code, MAX_ROLES));
		}
		for getter in GETTERS {
			self.getter(getter, &functions)?;
		}
		self.safe()?;
		roles::find(self, &constants, candidates)
	}

	/// The standard slots of proxies. Gives the contracts whose code this one runs.
	fn proxy(&mut self, code: &[u8]) -> Result<Vec<H160>, IndexError> {
		let mut implementations = Vec::new();
		if let Some(target) = minimal_proxy(code) {
			self.add("code that runs (minimal proxy)", target, "EIP-1167: in its code");
			implementations.push(target);
		}
		for (power, slot, how, runs) in standard_slots() {
			let holder = self.address_in(slot)?;
			if !holder.is_zero() {
				self.add(power, holder, format!("{how}, slot {slot:?}"));
				implementations.extend(runs.then_some(holder));
			}
		}
		let beacon = self.address_in(eip1967("eip1967.proxy.beacon"))?;
		if !beacon.is_zero() {
			match self.ask(beacon, selector("implementation()"), &[])? {
				Asked::Address(target, how) => {
					self.add("code that runs (beacon)", target, how);
					implementations.push(target);
				}
				_ => self.cannot(format!("the code that its beacon {beacon:?} names")),
			}
		}
		// A Safe's proxy answers this by itself and runs the code at the address in slot 0.
		if selectors(code).contains(&selector("masterCopy()")) || is_safe_proxy(code) {
			let singleton = self.address_in(H256::zero())?;
			if !singleton.is_zero() {
				self.add("code that runs (Safe)", singleton, "slot 0");
				implementations.push(singleton);
			}
		}
		Ok(implementations)
	}

	/// A function that names one account.
	fn getter(&mut self, signature: &str, functions: &BTreeSet<[u8; 4]>) -> Result<(), IndexError> {
		let selector = selector(signature);
		match self.ask(self.contract, selector, &[])? {
			Asked::Address(holder, how) => self.add(signature, holder, how),
			Asked::Outside(address) => self.cannot(format!(
				"{signature}: the answer depends on {address:?}, which is not in the snapshot"
			)),
			Asked::Exhausted => self.cannot(format!("{signature}: too much was asked already")),
			// Code that has the selector may also call it elsewhere.
			Asked::Other if functions.contains(&selector) && !self.is_known(signature) => {
				self.cannot(format!(
					"{signature}: its code has the function, which refuses to answer"
				));
			}
			Asked::Other => {}
		}
		Ok(())
	}

	/// Whether a standard slot told what the function would.
	fn is_known(&self, signature: &str) -> bool {
		signature == "admin()" && self.found.iter().any(|power| power.power == "proxy admin")
	}

	/// Owners, threshold and modules of a Safe.
	fn safe(&mut self) -> Result<(), IndexError> {
		let threshold = self.views.ask(self.contract, &selector("getThreshold()"))?;
		let owners = self.views.ask(self.contract, &selector("getOwners()"))?;
		let (Answer::Returned { data: threshold, .. }, Answer::Returned { data: owners, .. }) =
			(threshold, owners)
		else {
			return Ok(());
		};
		let (Some(threshold), Some(owners)) = (number(&threshold), addresses(&owners, 0)) else {
			return Ok(());
		};
		let count = owners.len();
		for owner in owners.iter().take(MAX_MEMBERS) {
			let power = format!("Safe owner, {threshold} of {count} must sign");
			self.add(power, *owner, "getOwners(), getThreshold()");
		}
		if count > MAX_MEMBERS {
			self.cannot(format!("{} more owners of the Safe", count.saturating_sub(MAX_MEMBERS)));
		}
		let mut input = selector("getModulesPaginated(address,uint256)").to_vec();
		// The list begins behind the address 1.
		input.extend_from_slice(H256::from_low_u64_be(1).as_bytes());
		input.extend_from_slice(H256::from_low_u64_be(MAX_MEMBERS as u64).as_bytes());
		match self.views.ask(self.contract, &input)? {
			Answer::Returned { data, .. } => match addresses(&data, 0) {
				Some(modules) => {
					for module in &modules {
						self.add("Safe module, which acts alone", *module, "getModulesPaginated()");
					}
					// What is behind the last one of the page.
					let more = data.get(32..64).and_then(address).unwrap_or_default();
					if more != H160::from_low_u64_be(1) && !more.is_zero() {
						self.cannot("more modules of the Safe");
					}
				}
				None => self.cannot("the modules of the Safe"),
			},
			_ => self.cannot("the modules of the Safe"),
		}
		let guard = self.address_in(keccak256(b"guard_manager.guard.address"))?;
		if !guard.is_zero() {
			self.add("Safe guard, which can stop it", guard, "the standard slot");
		}
		Ok(())
	}

	pub(super) fn add(&mut self, power: impl Into<String>, holder: H160, how: impl Into<String>) {
		let (contract, power, how) = (self.contract, power.into(), how.into());
		self.found.push(Power { contract, power, holder, how });
	}

	pub(super) fn cannot(&mut self, what: impl Into<String>) {
		self.unknown.push(Unknown { contract: self.contract, what: what.into() });
	}

	/// The address in a slot; zero where the slot holds something else.
	fn address_in(&mut self, slot: H256) -> Result<H160, IndexError> {
		let contract = self.contract;
		let word = self.views.index().slot(contract, slot)?;
		Ok(address(word.as_bytes()).unwrap_or_default())
	}

	/// Asks for an address.
	fn ask(
		&mut self,
		contract: H160,
		selector: [u8; 4],
		arguments: &[u8],
	) -> Result<Asked, IndexError> {
		let input = [&selector, arguments].concat();
		Ok(match self.views.ask(contract, &input)? {
			Answer::Returned { data, reads } if data.len() == 32 => match address(&data) {
				Some(holder) => Asked::Address(holder, how(&reads)),
				None => Asked::Other,
			},
			Answer::Returned { .. } | Answer::Refused => Asked::Other,
			Answer::Outside(address) => Asked::Outside(address),
			Answer::Exhausted => Asked::Exhausted,
		})
	}
}

enum Asked {
	Address(H160, String),
	Outside(H160),
	Exhausted,
	Other,
}

/// How an answer came about.
fn how(reads: &[(H160, H256)]) -> String {
	match reads {
		[] => "asked; it is in the code".to_owned(),
		// The last slot that is read is the one that is answered; proxies read theirs before.
		[.., (contract, slot)] => match U256::from_big_endian(slot.as_bytes()) {
			small if small < U256::from(1_000u32) => format!("asked; slot {small} of {contract:?}"),
			_ => format!("asked; slot {slot:?} of {contract:?}"),
		},
	}
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
fn eip1967(name: &str) -> H256 {
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

/// The address in a word whose other bytes are zero.
pub(super) fn address(word: &[u8]) -> Option<H160> {
	let (zeros, address) = word.split_at_checked(12)?;
	let address: [u8; 20] = address.try_into().ok()?;
	zeros.iter().all(|byte| *byte == 0).then_some(H160(address))
}

/// The number in a word, if it is small.
pub(super) fn number(data: &[u8]) -> Option<u64> {
	let word: [u8; 32] = data.try_into().ok()?;
	u64::try_from(U256::from_big_endian(&word)).ok()
}

/// An array of addresses, as Solidity returns it at this place among the results.
fn addresses(data: &[u8], place: usize) -> Option<Vec<H160>> {
	let word = |at: usize| data.get(at..at.checked_add(32)?);
	let start = usize::try_from(number(word(place.checked_mul(32)?)?)?).ok()?;
	let count = usize::try_from(number(word(start)?)?).ok()?;
	let first = start.checked_add(32)?;
	// Each element is in the data, so that their number is bounded by it.
	let end = first.checked_add(count.checked_mul(32)?)?;
	data.get(first..end)?.chunks(32).map(address).collect()
}

#[cfg(test)]
mod tests;
