//! Everything that the page is made of.

use std::collections::BTreeMap;

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
	/// Targets where something stands that keeps an account from being imported, in words.
	pub occupied: Vec<String>,
	/// Targets of contracts where a balance is, in words.
	pub taken_over: Vec<String>,
	/// What the chain would refuse of the balances, in words.
	pub refused_balance: Option<String>,
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
