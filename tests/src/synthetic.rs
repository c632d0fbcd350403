//! Snapshots made up for a test: any number of accounts, contracts and slots, with a block header
//! whose state root they make.

use std::{collections::BTreeMap, path::Path};

use alloy_consensus::Header;
use alloy_primitives::{B256, U256 as AlloyU256};
use alloy_trie::{proof::ProofRetainer, HashBuilder, Nibbles, TrieAccount};
use anyhow::Result;
use evm_migrate::snapshot::{SnapshotWriter, Written};
use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	item::{AccountHead, Slot},
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256, U256,
};

/// The block that the snapshots are of.
const BLOCK: u64 = 19_000_000;

/// A contract that adds one to its slot 0 and returns the sum, after it wrote its caller into slot
/// 1: `CALLER PUSH1 1 SSTORE PUSH0 SLOAD PUSH1 1 ADD DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH1 32 PUSH0
/// RETURN`.
pub const COUNTER: [u8; 18] = [
	0x33, 0x60, 0x01, 0x55, 0x5f, 0x54, 0x60, 0x01, 0x01, 0x80, 0x5f, 0x55, 0x5f, 0x52, 0x60, 0x20,
	0x5f, 0xf3,
];

/// The accounts of a source chain.
#[derive(Clone, Debug)]
pub struct Synthetic {
	/// Chain id of the source.
	pub chain_id: u64,
	/// Whether the snapshot says that it has all accounts, or proves each.
	pub scope: Scope,
	/// The accounts.
	pub accounts: BTreeMap<H160, SyntheticAccount>,
}

/// An account of a source chain.
#[derive(Clone, Debug, Default)]
pub struct SyntheticAccount {
	/// Its nonce.
	pub nonce: u64,
	/// Its balance in wei.
	pub balance: U256,
	/// Its code.
	pub code: Vec<u8>,
	/// Its slots; none is zero.
	pub slots: BTreeMap<H256, H256>,
}

impl Synthetic {
	/// A chain without accounts.
	pub fn new(chain_id: u64, scope: Scope) -> Self {
		Self { chain_id, scope, accounts: BTreeMap::new() }
	}

	/// Adds an account without code.
	pub fn external(&mut self, address: H160, nonce: u64, balance: u128) {
		let account = SyntheticAccount { nonce, balance: balance.into(), ..Default::default() };
		self.accounts.insert(address, account);
	}

	/// Adds a [`COUNTER`] with slots of its own from 2 on and some bytes behind its code.
	pub fn contract(&mut self, address: H160, balance: u128, slots: u64) {
		let code = [COUNTER.as_slice(), address.as_bytes()].concat();
		let word = |number: u64| H256::from_low_u64_be(number);
		let of_its_own = (2..slots.saturating_add(2)).map(|number| {
			(word(number), keccak256(&[address.as_bytes(), &number.to_be_bytes()].concat()))
		});
		let slots =
			[(word(0), word(41)), (word(1), word(7))].into_iter().chain(of_its_own).collect();
		let account = SyntheticAccount { nonce: 1, balance: balance.into(), code, slots };
		self.accounts.insert(address, account);
	}

	/// Some contracts with many slots, and externally owned accounts: thousands of records.
	pub fn large(chain_id: u64, scope: Scope, contracts: u64, slots: u64, external: u64) -> Self {
		let mut chain = Self::new(chain_id, scope);
		for number in 0..contracts {
			chain.contract(made_up(b"contract", number), u128::from(number), slots);
		}
		for number in 0..external {
			let address = made_up(b"external", number);
			chain.external(address, number, u128::from(number.saturating_add(1)) << 60);
		}
		chain
	}

	/// Writes the snapshot.
	pub fn write(&self, path: &Path) -> Result<Written> {
		let mut heads = self.heads()?;
		let state_root = add_proofs(&mut heads, self.scope)?;
		let header = Header {
			state_root,
			number: BLOCK,
			gas_limit: 30_000_000,
			timestamp: 1_700_000_000,
			base_fee_per_gas: Some(7),
			..Default::default()
		};
		let block_header = alloy_rlp::encode(&header);
		let header = SnapshotHeader {
			chain_id: self.chain_id,
			block_number: BLOCK,
			block_hash: keccak256(&block_header),
			block_header,
			confirmations: 64,
			finality: Finality::Finalized,
			scope: self.scope,
			trust: Trust::Proved,
		};
		let mut writer = SnapshotWriter::create(path, &header)?;
		for head in heads.into_values() {
			let account = &self.accounts[&head.address];
			writer.account(head)?;
			if !account.code.is_empty() {
				writer.code(&account.code)?;
			}
			for slot in by_hash(&account.slots).into_values() {
				writer.slot(slot)?;
			}
		}
		Ok(writer.finish()?)
	}

	/// The heads in the order of their addresses' hashes.
	fn heads(&self) -> Result<BTreeMap<H256, AccountHead>> {
		let mut heads = BTreeMap::new();
		for (address, account) in &self.accounts {
			let head = AccountHead {
				address: *address,
				nonce: account.nonce,
				balance: account.balance,
				code_hash: match account.code.is_empty() {
					true => KECCAK_EMPTY,
					false => keccak256(&account.code),
				},
				storage_root: storage_root(&account.slots),
				code_length: u32::try_from(account.code.len())?,
				slot_count: account.slots.len() as u64,
				proof: Vec::new(),
			};
			heads.insert(keccak256(address.as_bytes()), head);
		}
		Ok(heads)
	}
}

/// An address that nobody has the key of.
pub fn made_up(kind: &[u8], number: u64) -> H160 {
	let hash = keccak256(&[kind, &number.to_be_bytes()].concat());
	H160::from_slice(&hash.as_bytes()[12..])
}

fn by_hash(slots: &BTreeMap<H256, H256>) -> BTreeMap<H256, Slot> {
	let slot = |(key, value): (&H256, &H256)| Slot { key: *key, value: *value };
	slots.iter().map(|pair| (keccak256(pair.0.as_bytes()), slot(pair))).collect()
}

/// The root of the storage trie of these slots, of which none is zero.
pub fn storage_root(slots: &BTreeMap<H256, H256>) -> H256 {
	let mut builder = HashBuilder::default();
	for (hashed, slot) in by_hash(slots) {
		let value = AlloyU256::from_be_bytes(slot.value.0);
		let leaf = alloy_rlp::encode_fixed_size(&value);
		builder.add_leaf(Nibbles::unpack(hashed.0), leaf.as_ref());
	}
	H256(builder.root().0)
}

/// Puts the proof of each account into its head, where the scope asks for it. Gives the state root.
fn add_proofs(heads: &mut BTreeMap<H256, AccountHead>, scope: Scope) -> Result<B256> {
	let targets = heads.keys().map(|hashed| Nibbles::unpack(hashed.0)).collect();
	let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(targets));
	for (hashed, head) in heads.iter() {
		let account = TrieAccount::new(
			head.nonce,
			AlloyU256::from_be_bytes(head.balance.to_big_endian()),
			B256::from(head.storage_root.0),
			B256::from(head.code_hash.0),
		);
		builder.add_leaf(Nibbles::unpack(hashed.0), &alloy_rlp::encode(account));
	}
	let root = builder.root();
	if scope == Scope::Selected {
		let nodes = builder.take_proof_nodes();
		for (hashed, head) in heads {
			let path = nodes.matching_nodes_sorted(&Nibbles::unpack(hashed.0));
			// Shorter nodes stand inside their parents.
			let nodes = path.into_iter().filter(|(path, node)| path.is_empty() || node.len() >= 32);
			head.proof = nodes.map(|(_, node)| node.to_vec()).collect();
		}
	}
	Ok(root)
}

#[cfg(test)]
mod tests {
	use super::*;
	use evm_migrate::snapshot::SnapshotReader;

	#[test]
	fn write_of_both_scopes_reads_back_works() -> Result<()> {
		let folder = tempfile::tempdir()?;
		for scope in [Scope::Full, Scope::Selected] {
			let path = folder.path().join(format!("{scope:?}"));
			let chain = Synthetic::large(5, scope, 3, 20, 40);
			let written = chain.write(&path)?;
			let summary = SnapshotReader::open(&path)?.read_to_end()?;
			assert_eq!(summary.digest, written.digest);
			assert_eq!(summary.totals.accounts, 43);
			assert_eq!(summary.totals.slots, 3 * 22);
		}
		Ok(())
	}
}
