//! Who rules the contracts: owners, roles, proxy admins, owners of Safes.
//!
//! The standard slots of proxies are read; everything else the contracts are asked themselves, by
//! their own functions on the snapshot's data, so that no layout has to be guessed.

use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};

use migration_primitives::{hash::KECCAK_EMPTY, H160, H256, U256};

use super::{
	bytecode::{selector, selectors, words},
	index::IndexError,
	proxies, roles, signers,
	views::{Answer, Read, Views},
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

/// Functions that tell whether an account is on a list, which contracts keep as hashes only.
const LISTS: [&str; 8] = [
	"wards(address)",
	"authorized(address)",
	"isAuthorized(address)",
	"admins(address)",
	"isAdmin(address)",
	"minters(address)",
	"isMinter(address)",
	"isPauser(address)",
];

/// Most owners, modules or facets of one contract that are listed.
pub(super) const MAX_MEMBERS: usize = 64;
/// Most words of the code that are tried as roles.
pub(super) const MAX_ROLES: usize = 64;

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
		let (found, unknown, blanks) = (Vec::new(), Vec::new(), BTreeMap::new());
		let mut search = Search { views, contract, found, unknown, blanks };
		match code_hash == KECCAK_EMPTY {
			true => search.cannot("it has storage without code"),
			false => search.all(candidates)?,
		}
		search.tell_blanks();
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
	/// Functions whose answers cannot be known.
	blanks: BTreeMap<Blank, Vec<String>>,
}

/// Why it cannot be known what a function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blank {
	/// The answer depends on an account that is not in the snapshot.
	Outside(H160),
	/// Too much was asked.
	Exhausted,
}

impl fmt::Display for Blank {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Outside(address) => {
				write!(f, "the answer depends on {address:?}, which is not in the snapshot")
			}
			Self::Exhausted => f.write_str("too much was asked already"),
		}
	}
}

impl Search<'_, '_> {
	fn all(&mut self, candidates: &BTreeSet<H160>) -> Result<(), IndexError> {
		let code = self.views.index().code(self.contract)?;
		let mut functions = selectors(&code);
		let mut constants = words(&code, MAX_ROLES);
		for implementation in proxies::find(self, &code)? {
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
		signers::find(self)?;
		for list in LISTS.into_iter().filter(|list| functions.contains(&selector(list))) {
			self.cannot(format!("it has a list of its own, which the page does not open: {list}"));
		}
		roles::find(self, &functions, &constants, candidates)
	}

	/// A function that names one account.
	fn getter(&mut self, signature: &str, functions: &BTreeSet<[u8; 4]>) -> Result<(), IndexError> {
		let known = functions.contains(&selector(signature));
		match self.ask(self.contract, signature)? {
			Asked::Address(holder, how) => self.add(signature, holder, how),
			Asked::Blank(blank) => self.blank(signature, blank),
			// Code that has the selector may also call it elsewhere.
			Asked::Other if known && !self.is_known(signature) => {
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

	pub(super) fn add(&mut self, power: impl Into<String>, holder: H160, how: impl Into<String>) {
		let (contract, power, how) = (self.contract, power.into(), how.into());
		self.found.push(Power { contract, power, holder, how });
	}

	pub(super) fn cannot(&mut self, what: impl Into<String>) {
		self.unknown.push(Unknown { contract: self.contract, what: what.into() });
	}

	/// Notes a function whose answer cannot be known.
	fn blank(&mut self, function: &str, blank: Blank) {
		let functions = self.blanks.entry(blank).or_default();
		if !functions.iter().any(|known| known == function) {
			functions.push(function.to_owned());
		}
	}

	fn tell_blanks(&mut self) {
		for (blank, functions) in std::mem::take(&mut self.blanks) {
			self.cannot(format!("{}: {blank}", functions.join(", ")));
		}
	}

	/// The address in a slot; zero where the slot holds something else.
	pub(super) fn address_in(&mut self, slot: H256) -> Result<H160, IndexError> {
		let contract = self.contract;
		let word = self.views.index().slot(contract, slot)?;
		Ok(address(word.as_bytes()).unwrap_or_default())
	}

	/// What the contract answers to these bytes, which call `function`; nothing where it refuses, and
	/// where that cannot be known, which is noted.
	pub(super) fn call(
		&mut self,
		function: &str,
		input: &[u8],
	) -> Result<Option<Vec<u8>>, IndexError> {
		let blank = match self.views.ask(self.contract, input)? {
			Answer::Returned { data, .. } => return Ok(Some(data)),
			Answer::Refused => return Ok(None),
			Answer::Outside(address) => Blank::Outside(address),
			Answer::Exhausted => Blank::Exhausted,
		};
		self.blank(function, blank);
		Ok(None)
	}

	/// The same of a function without arguments.
	pub(super) fn view(&mut self, signature: &str) -> Result<Option<Vec<u8>>, IndexError> {
		self.call(signature, &selector(signature))
	}

	/// Asks a contract for an address.
	pub(super) fn ask(&mut self, contract: H160, signature: &str) -> Result<Asked, IndexError> {
		Ok(match self.views.ask(contract, &selector(signature))? {
			Answer::Returned { data, reads } if data.len() == 32 => match address(&data) {
				Some(holder) => Asked::Address(holder, how(holder, &reads)),
				None => Asked::Other,
			},
			Answer::Returned { .. } | Answer::Refused => Asked::Other,
			Answer::Outside(address) => Asked::Blank(Blank::Outside(address)),
			Answer::Exhausted => Asked::Blank(Blank::Exhausted),
		})
	}
}

/// What came of asking for an address.
pub(super) enum Asked {
	/// The address, and how it is known.
	Address(H160, String),
	/// It cannot be known.
	Blank(Blank),
	/// No address.
	Other,
}

/// How an answer came about. A slot is named where its value is the answer: the last one, since
/// proxies read theirs before.
fn how(answer: H160, reads: &[Read]) -> String {
	let holds = |read: &&Read| read.value.as_bytes().ends_with(answer.as_bytes());
	let Some(Read { contract, key, .. }) = reads.iter().rev().find(holds) else {
		return match reads.is_empty() {
			true => "asked; no slot was read".to_owned(),
			false => "asked".to_owned(),
		};
	};
	match U256::from_big_endian(key.as_bytes()) {
		small if small < U256::from(1_000u32) => format!("asked; slot {small} of {contract:?}"),
		_ => format!("asked; slot {key:?} of {contract:?}"),
	}
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
pub(super) fn addresses(data: &[u8], place: usize) -> Option<Vec<H160>> {
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
