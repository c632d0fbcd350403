//! Rules become a map: every address is worked out, and contradictions are refused.

use std::collections::{BTreeMap, BTreeSet};

use migration_primitives::{map::Target, snapshot::Scope, H160};
use sp_core::crypto::AccountId32;

use super::{AccountInfo, Accounts};
use crate::bundle::MapEntry;

/// Why rules make no map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
	/// A rule for an account that is not there.
	#[error("{address:?} is to be mapped, but is not in the snapshot")]
	NotInSnapshot {
		/// The account.
		address: H160,
	},
	/// A deployer that is not there.
	#[error("{deployer:?}, the deployer of {address:?}, is not in the snapshot")]
	DeployerNotInSnapshot {
		/// The contract.
		address: H160,
		/// Its deployer.
		deployer: H160,
	},
	/// Contracts that deploy each other.
	#[error("the address of {address:?} depends on itself through its deployers")]
	Circle {
		/// One of the contracts.
		address: H160,
	},
	/// A contract that is to become an account of the target chain.
	#[error("{address:?} is a contract and cannot become an account of the target chain")]
	ContractToAccount {
		/// The contract.
		address: H160,
	},
	/// Only contracts have deployers.
	#[error("{address:?} is no contract and cannot be created")]
	CreatedAccount {
		/// The account.
		address: H160,
	},
	/// Two accounts with one target.
	#[error("{first:?} and {second:?} have the same target {target:?}")]
	SameTarget {
		/// One account.
		first: H160,
		/// The other.
		second: H160,
		/// Their target.
		target: H160,
	},
}

/// Works out the address of every account that needs an entry, in ascending order.
///
/// In `Selected` scope every account has an entry; in `Full` scope those that keep their address
/// have none unless a created contract names them as its deployer.
pub fn resolve(
	scope: Scope,
	accounts: &Accounts,
	rules: &BTreeMap<H160, Target<AccountId32>>,
) -> Result<Vec<MapEntry>, ResolveError> {
	for (address, target) in rules {
		let info =
			accounts.get(address).ok_or(ResolveError::NotInSnapshot { address: *address })?;
		check_kind(*address, info, target)?;
		if let Some(deployer) = target.deployer().filter(|by| !accounts.contains_key(by)) {
			return Err(ResolveError::DeployerNotInSnapshot { address: *address, deployer });
		}
	}
	let sources: BTreeSet<H160> = match scope {
		Scope::Selected => accounts.keys().copied().collect(),
		Scope::Full => rules
			.iter()
			.flat_map(|(source, target)| [Some(*source), target.deployer()])
			.flatten()
			.collect(),
	};
	let mut resolver = Resolver { rules, addresses: BTreeMap::new() };
	let mut entries = Vec::with_capacity(sources.len());
	for source in sources {
		let address = resolver.address(source)?;
		entries.push(MapEntry { source, target: resolver.rule(source), address });
	}
	check_targets(scope, accounts, &entries)?;
	Ok(entries)
}

/// Whether an account changes hands: it is no contract, and its rule is not to preserve.
pub fn is_remapped(info: &AccountInfo, target: &Target<AccountId32>) -> bool {
	!info.is_contract() && *target != Target::Preserve
}

fn check_kind(
	address: H160,
	info: &AccountInfo,
	target: &Target<AccountId32>,
) -> Result<(), ResolveError> {
	match target {
		Target::Account(_) if info.is_contract() => {
			Err(ResolveError::ContractToAccount { address })
		}
		Target::Create { .. } | Target::Create2 { .. } if !info.is_contract() => {
			Err(ResolveError::CreatedAccount { address })
		}
		_ => Ok(()),
	}
}

struct Resolver<'a> {
	rules: &'a BTreeMap<H160, Target<AccountId32>>,
	addresses: BTreeMap<H160, H160>,
}

impl Resolver<'_> {
	fn rule(&self, source: H160) -> Target<AccountId32> {
		match self.rules.get(&source) {
			Some(Target::Explicit(address)) if *address == source => Target::Preserve,
			Some(target) => target.clone(),
			None => Target::Preserve,
		}
	}

	/// The address of `source`: first the chain of deployers up, then their addresses down.
	fn address(&mut self, source: H160) -> Result<H160, ResolveError> {
		let mut chain = Vec::new();
		let mut seen = BTreeSet::new();
		let mut next = Some(source);
		while let Some(current) = next.filter(|next| !self.addresses.contains_key(next)) {
			if !seen.insert(current) {
				return Err(ResolveError::Circle { address: current });
			}
			chain.push(current);
			next = self.rule(current).deployer();
		}
		for current in chain.into_iter().rev() {
			let rule = self.rule(current);
			let deployer = rule.deployer().and_then(|by| self.addresses.get(&by).copied());
			// Every deployer stands before what it deployed.
			let address = rule.address(current, deployer).unwrap_or(current);
			self.addresses.insert(current, address);
		}
		Ok(self.addresses.get(&source).copied().unwrap_or(source))
	}
}

fn check_targets(
	scope: Scope,
	accounts: &Accounts,
	entries: &[MapEntry],
) -> Result<(), ResolveError> {
	let mut taken: BTreeMap<H160, H160> = BTreeMap::new();
	for MapEntry { source, address, .. } in entries {
		if let Some(first) = taken.insert(*address, *source) {
			return Err(ResolveError::SameTarget { first, second: *source, target: *address });
		}
	}
	if scope == Scope::Full {
		// Accounts without an entry stay where they are.
		let mapped: BTreeSet<H160> = entries.iter().map(|entry| entry.source).collect();
		for (target, source) in &taken {
			if accounts.contains_key(target) && !mapped.contains(target) {
				let (first, second) = (*target, *source);
				return Err(ResolveError::SameTarget { first, second, target: *target });
			}
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{address::create_address, U256};

	fn accounts() -> Accounts {
		let account = |code_length| AccountInfo {
			nonce: 1,
			balance: U256::zero(),
			code_length,
			slots: 0,
			delegated: false,
		};
		// 1 and 2 are people, 3 and 4 contracts.
		(1..5u8).map(|byte| (H160::repeat_byte(byte), account(u32::from(byte > 2)))).collect()
	}

	fn address(byte: u8) -> H160 {
		H160::repeat_byte(byte)
	}

	fn rules(
		list: impl IntoIterator<Item = (u8, Target<AccountId32>)>,
	) -> BTreeMap<H160, Target<AccountId32>> {
		list.into_iter().map(|(byte, target)| (address(byte), target)).collect()
	}

	#[test]
	fn resolve_of_created_by_created_works() {
		let rules = rules([
			(1, Target::Explicit(address(9))),
			(4, Target::Create { deployer: address(1), nonce: 0 }),
			(3, Target::Create { deployer: address(4), nonce: 1 }),
		]);
		let entries = resolve(Scope::Selected, &accounts(), &rules).expect("a map");
		let fourth = create_address(address(9), 0);
		let found: Vec<H160> = entries.iter().map(|entry| entry.address).collect();
		assert_eq!(found, [address(9), address(2), create_address(fourth, 1), fourth]);
		let full = resolve(Scope::Full, &accounts(), &rules).expect("a map");
		assert_eq!(full.len(), 3);
	}

	#[test]
	fn resolve_of_contradictions_fails() {
		let create = |by| Target::Create { deployer: address(by), nonce: 0 };
		let account = Target::Account(AccountId32::new([2; 32]));
		let cases = [
			(rules([(9, Target::Preserve)]), ResolveError::NotInSnapshot { address: address(9) }),
			(
				rules([(3, create(9))]),
				ResolveError::DeployerNotInSnapshot { address: address(3), deployer: address(9) },
			),
			(rules([(3, create(4)), (4, create(3))]), ResolveError::Circle { address: address(3) }),
			(
				rules([(3, account.clone())]),
				ResolveError::ContractToAccount { address: address(3) },
			),
			(rules([(1, create(2))]), ResolveError::CreatedAccount { address: address(1) }),
			(
				rules([(1, account)]),
				ResolveError::SameTarget {
					first: address(1),
					second: address(2),
					target: address(2),
				},
			),
		];
		for (rules, error) in cases {
			assert_eq!(resolve(Scope::Selected, &accounts(), &rules), Err(error));
		}
		let rules = rules([(1, Target::Explicit(address(2)))]);
		let same =
			ResolveError::SameTarget { first: address(2), second: address(1), target: address(2) };
		assert_eq!(resolve(Scope::Full, &accounts(), &rules), Err(same));
	}
}
