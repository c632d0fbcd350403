//! pallet-evm's storage as the engine's backend.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use evm::backend::{Apply, Backend, Basic, Log};
use sp_core::{H160, H256, U256};
use sp_io::{
	hashing::{blake2_128, twox_128},
	storage,
};

use crate::Block;

/// `frame_system`'s record of an account, of a runtime with 64-bit nonces and pallet-balances.
#[derive(Clone, Debug, Default, Encode, Decode)]
struct AccountInfo {
	nonce: u64,
	consumers: u32,
	providers: u32,
	sufficients: u32,
	free: u128,
	reserved: u128,
	frozen: u128,
	flags: u128,
}

/// Reads accounts, code and storage.
#[derive(Clone, Debug)]
pub(crate) struct FrameBackend {
	block: Block,
	origin: H160,
}

impl FrameBackend {
	pub(crate) fn new(block: Block, origin: H160) -> Self {
		Self { block, origin }
	}

	/// Writes one account.
	pub(crate) fn apply<I: IntoIterator<Item = (H256, H256)>>(&mut self, change: Apply<I>) {
		let (address, basic, code, slots) = match change {
			Apply::Modify { address, basic, code, storage, .. } => (address, basic, code, storage),
			Apply::Delete { address } => {
				storage::clear(&code_key(address));
				return;
			}
		};
		let mut info = account(address);
		let (nonce, free) = (basic.nonce.low_u64(), basic.balance.low_u128());
		if info.nonce != nonce || info.free != free {
			info.nonce = nonce;
			info.free = free;
			info.providers = 1;
			storage::set(&account_key(address), &info.encode());
		}
		if let Some(code) = code {
			storage::set(&code_key(address), &code.encode());
		}
		for (slot, value) in slots {
			let key = slot_key(address, slot);
			if value.is_zero() {
				storage::clear(&key);
			} else {
				storage::set(&key, value.as_bytes());
			}
		}
	}
}

/// Deposits a log as the event that Frontier's pallet makes of it.
pub(crate) fn deposit(log: &Log) {
	/// The phase of the first extrinsic, and the index of the event within the pallet's.
	const HEAD: (u8, u32, u8, u8) = (0, 0, 2, 0);
	let topics: Vec<H256> = Vec::new();
	let record = (HEAD, log.address, &log.topics, &log.data, topics).encode();
	storage::append(&item("System", "Events"), record);
}

impl Backend for FrameBackend {
	fn gas_price(&self) -> U256 {
		self.block.base_fee.into()
	}

	fn origin(&self) -> H160 {
		self.origin
	}

	fn block_hash(&self, _: U256) -> H256 {
		H256::zero()
	}

	fn block_number(&self) -> U256 {
		self.block.number.into()
	}

	fn block_coinbase(&self) -> H160 {
		self.block.coinbase
	}

	fn block_timestamp(&self) -> U256 {
		self.block.timestamp.into()
	}

	fn block_difficulty(&self) -> U256 {
		U256::zero()
	}

	fn block_randomness(&self) -> Option<H256> {
		Some(H256::zero())
	}

	fn block_gas_limit(&self) -> U256 {
		self.block.gas_limit.into()
	}

	fn block_base_fee_per_gas(&self) -> U256 {
		self.block.base_fee.into()
	}

	fn chain_id(&self) -> U256 {
		self.block.chain_id.into()
	}

	fn exists(&self, address: H160) -> bool {
		storage::exists(&account_key(address)) || storage::exists(&code_key(address))
	}

	fn basic(&self, address: H160) -> Basic {
		let info = account(address);
		Basic { balance: info.free.into(), nonce: info.nonce.into() }
	}

	fn code(&self, address: H160) -> Vec<u8> {
		read(&code_key(address)).unwrap_or_default()
	}

	fn storage(&self, address: H160, slot: H256) -> H256 {
		read(&slot_key(address, slot)).unwrap_or_default()
	}

	fn transient_storage(&self, _: H160, _: H256) -> H256 {
		H256::zero()
	}

	fn original_storage(&self, address: H160, slot: H256) -> Option<H256> {
		Some(self.storage(address, slot))
	}
}

fn account(address: H160) -> AccountInfo {
	read(&account_key(address)).unwrap_or_default()
}

fn read<T: Decode>(key: &[u8]) -> Option<T> {
	T::decode(&mut &*storage::get(key)?).ok()
}

fn item(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

/// A key behind its hash, as `Blake2_128Concat` has it.
fn extended(mut prefix: Vec<u8>, key: &[u8]) -> Vec<u8> {
	prefix.extend(blake2_128(key));
	prefix.extend(key);
	prefix
}

/// The account of an address is its bytes followed by zeros.
fn account_key(address: H160) -> Vec<u8> {
	let mut who = [0u8; 32];
	who[..20].copy_from_slice(address.as_bytes());
	extended(item("System", "Account"), &who)
}

fn code_key(address: H160) -> Vec<u8> {
	extended(item("EVM", "AccountCodes"), address.as_bytes())
}

fn slot_key(address: H160, slot: H256) -> Vec<u8> {
	let contract = extended(item("EVM", "AccountStorages"), address.as_bytes());
	extended(contract, slot.as_bytes())
}
