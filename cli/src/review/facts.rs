//! Everything that the page is made of.

use std::collections::{BTreeMap, BTreeSet};

use migration_primitives::{
	header::{self, SourceHeader},
	map::Target,
	H160, H256, U256,
};
use sp_core::crypto::AccountId32;

use super::{authority::Authority, names::Name, outside::Mention, Names, Place, SnapshotIndex};
use crate::{bundle::Bundle, plan::References};

/// Everything that the page is made of.
#[derive(Debug)]
pub struct Facts<'a> {
	/// The bundle, which agrees with itself.
	pub bundle: &'a Bundle,
	/// Its snapshot.
	pub index: &'a SnapshotIndex,
	/// Accounts that the map brings to another address: their source, by that address.
	pub arrivals: BTreeMap<H160, H160>,
	/// What contracts are called.
	pub names: &'a BTreeMap<H160, Name>,
	/// The file of names, also for accounts that are not in the snapshot.
	pub file_names: &'a Names,
	/// Who rules the contracts.
	pub authority: &'a Authority,
	/// Addresses that contracts name and that are not in the snapshot.
	pub outside: &'a BTreeMap<H160, (Mention, Kind)>,
	/// Whether there were more of them than could be kept.
	pub more_outside: bool,
	/// Contracts that still name addresses which change.
	pub references: &'a References,
	/// Contracts whose signed messages name the chain (EIP-712).
	pub domains: &'a [H160],
	/// What a node of the source says.
	pub source: Option<SourceSays>,
	/// What the target's node says.
	pub target: Option<TargetSays>,
	/// The call that governance votes on.
	pub proposal: Proposal,
}

/// What an address outside the snapshot is on the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// It has code.
	Contract,
	/// It has none.
	Account,
	/// Nobody was asked.
	NotAsked,
}

/// What a node of the source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceSays {
	/// Its chain id.
	pub chain_id: u64,
	/// The hash of the block of that number; none where it has no such block.
	pub block_hash: Option<H256>,
	/// The number of its last finalised block; none where it names none.
	pub finalized: Option<u64>,
}

impl SourceSays {
	/// Whether its block of this number is final.
	pub fn is_final(&self, number: u64) -> bool {
		self.block_hash.is_some()
			&& (number == 0 || self.finalized.is_some_and(|last| number <= last))
	}
}

/// What the target's node says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSays {
	/// The runtime's name.
	pub name: String,
	/// The version of the runtime's code.
	pub version: u32,
	/// The hash of the chain's first block.
	pub genesis: H256,
	/// The finalised block that everything was read at.
	pub block: u32,
	/// The EVM's chain id.
	pub chain_id: Option<u64>,
	/// The least balance of an account.
	pub existential_deposit: Option<u128>,
	/// All of the token that there is.
	pub issuance: Option<u128>,
	/// The least number of blocks between the import and the activation.
	pub review_blocks: Option<u32>,
	/// Number and stage of the migration that has this manifest, in words; none where there is none, or
	/// where it was aborted.
	pub migration: Option<String>,
	/// What stands at targets and keeps accounts from being imported, by the target.
	pub occupied: BTreeMap<H160, Occupied>,
	/// Addresses that have powers, are no targets, and have code on the target chain.
	pub strangers: BTreeSet<H160>,
	/// Targets of contracts where a balance is, in words.
	pub taken_over: Vec<String>,
	/// What the chain would refuse of the balances, in words.
	pub refused_balance: Option<String>,
}

/// What stands at a target and keeps an account from being imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupied {
	/// The account on the source.
	pub source: H160,
	/// Both addresses and what stands there, in words.
	pub words: String,
	/// Whether the import came to the account and left it out.
	pub collided: bool,
}

/// The call that governance votes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
	/// The call as SCALE.
	pub call: Vec<u8>,
	/// Its hash, by which the SDK's governance names it.
	pub hash: H256,
	/// Whether its first two bytes are from the target's metadata, or those of the reference runtime.
	pub from_metadata: bool,
}

/// The accounts that a bundle's map brings to another address: their source, by that address.
pub fn arrivals(bundle: &Bundle) -> BTreeMap<H160, H160> {
	let moved = bundle.entries.iter().filter(|entry| entry.address != entry.source);
	moved.map(|entry| (entry.address, entry.source)).collect()
}

impl Facts<'_> {
	/// The source block's header, if there is one.
	pub fn header(&self) -> Option<SourceHeader> {
		header::parse(&self.bundle.manifest.source.header).ok()
	}

	/// The contracts, in ascending order of their addresses.
	pub fn contracts(&self) -> impl Iterator<Item = (H160, &Place)> {
		let contracts = self.index.accounts().iter().filter(|(_, place)| place.info.is_contract());
		contracts.map(|(address, place)| (*address, place))
	}

	/// Where an account goes.
	pub fn target(&self, source: H160) -> (Target<AccountId32>, H160) {
		self.bundle.target(source)
	}

	/// What keeps an account from this target.
	pub fn occupied(&self, target: H160) -> Option<&Occupied> {
		self.target.as_ref()?.occupied.get(&target)
	}

	/// Whether something stands at this address of the target chain that the migration does not bring.
	pub fn stands_already(&self, target: H160) -> bool {
		self.target.as_ref().is_some_and(|says| {
			says.occupied.contains_key(&target) || says.strangers.contains(&target)
		})
	}

	/// The chain id that the target will have, as far as it is known.
	pub fn target_chain_id(&self) -> Option<u64> {
		self.target.as_ref().and_then(|target| target.chain_id)
	}

	/// Whether a node of the source contradicts the bundle.
	pub fn source_contradicts(&self) -> bool {
		let source = &self.bundle.manifest.source;
		self.source.is_some_and(|says| {
			says.chain_id != source.chain_id || says.block_hash != Some(source.hash)
		})
	}

	/// The sum of the balances, which the policy brings or leaves.
	pub fn total(&self) -> U256 {
		self.bundle.manifest.totals.balance
	}
}
