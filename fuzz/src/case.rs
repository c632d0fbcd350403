//! What is executed on both sides: accounts, a block and transactions.

use alloy_primitives::{Address, Bytes, B256, U256};
use pallet_evm::EvmSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Chain id of both sides.
pub const CHAIN_ID: u64 = 42;

/// Gas limit of the block on both sides.
pub const BLOCK_GAS_LIMIT: u64 = 60_000_000;

/// A complete case, which JSON carries from one machine to the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
	/// The hard fork.
	pub fork: EvmSpec,
	/// Whether a transaction may have as much gas as a block, and not only what EIP-7825 allows.
	#[serde(default)]
	pub uncapped: bool,
	/// The block that all transactions are in.
	pub block: Block,
	/// The accounts before the first transaction. One with nothing in it exists before EIP-161.
	pub accounts: BTreeMap<Address, Account>,
	/// The transactions in order. Each sees what the ones before it left.
	pub transactions: Vec<Transaction>,
}

impl Case {
	/// Whether gas can pay for more memory than the pallet gives: without the cap of EIP-7825, and before
	/// EIP-2929, when accounts and slots were cheap.
	pub fn memory_may_end(&self) -> bool {
		self.uncapped || self.fork < EvmSpec::Berlin
	}
}

/// What a transaction can learn of the block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
	/// Its number.
	pub number: u32,
	/// Its time in seconds.
	pub timestamp: u64,
	/// Who gets the tips.
	pub coinbase: Address,
	/// The base fee in wei from London on; there is none before.
	pub base_fee: u64,
	/// The hash of the block before, from which the pallet derives PREVRANDAO.
	pub parent_hash: B256,
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
	/// Its nonce.
	#[serde(default)]
	pub nonce: u64,
	/// Its balance in wei. All balances together stay below 2^128.
	#[serde(default)]
	pub balance: U256,
	/// Its code, which may be an EIP-7702 delegation.
	#[serde(default)]
	pub code: Bytes,
	/// Its storage without zeros.
	#[serde(default)]
	pub storage: BTreeMap<U256, U256>,
}

impl Account {
	/// Whether it is empty in the sense of EIP-161, which does not ask for storage.
	pub fn is_empty(&self) -> bool {
		self.nonce == 0 && self.balance.is_zero() && self.code.is_empty()
	}

	/// Whether it is as if it were not there.
	pub fn is_nothing(&self) -> bool {
		*self == Self::default()
	}
}

/// A transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
	/// Who sends it.
	pub sender: Address,
	/// Who receives it; none is a creation.
	pub to: Option<Address>,
	/// Call data or init code.
	#[serde(default)]
	pub input: Bytes,
	/// Wei sent along.
	#[serde(default)]
	pub value: U256,
	/// Its gas limit.
	pub gas_limit: u64,
	/// The highest price per gas; the price, if there is no priority fee.
	pub max_fee: u128,
	/// The highest priority fee of an EIP-1559 transaction; none makes it an older kind.
	#[serde(default)]
	pub max_priority_fee: Option<u128>,
	/// Its nonce; none is the sender's next.
	#[serde(default)]
	pub nonce: Option<u64>,
	/// The access list (EIP-2930).
	#[serde(default)]
	pub access_list: Vec<(Address, Vec<B256>)>,
	/// The authorization list (EIP-7702).
	#[serde(default)]
	pub authorizations: Vec<Authorization>,
	/// Whether the pallet gets it as a dispatchable call, of which only the events tell the outcome.
	#[serde(default)]
	pub dispatch: bool,
}

/// A signed item of an authorization list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
	/// The chain on which it holds; zero is every chain.
	pub chain_id: u64,
	/// Whose code the signer is to run.
	pub delegate: Address,
	/// The nonce that the signer must have.
	pub nonce: u64,
	/// The parity of the signature's point.
	pub odd_y: bool,
	/// First half of the signature.
	pub r: U256,
	/// Second half of the signature.
	pub s: U256,
}
