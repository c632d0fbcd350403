//! Ethereum's commitments to states and logs.

use alloy_primitives::{keccak256, Address, Log, B256, U256};
use alloy_trie::{
	root::{state_root_unhashed, storage_root_unhashed},
	TrieAccount, KECCAK_EMPTY,
};
use evm_testbed::state::Account;
use sp_core::H160;
use std::collections::BTreeMap;

/// The state root of these accounts.
pub fn state_root(accounts: &BTreeMap<H160, Account>) -> B256 {
	state_root_unhashed(
		accounts.iter().map(|(address, account)| (Address::new(address.0), trie_account(account))),
	)
}

/// Keccak-256 of the RLP of the logs.
pub fn logs_hash(logs: &[pallet_evm::Log]) -> B256 {
	let logs: Vec<Log> = logs
		.iter()
		.map(|log| {
			let topics = log.topics.iter().map(|topic| B256::new(topic.0)).collect();
			Log::new_unchecked(Address::new(log.address.0), topics, log.data.clone().into())
		})
		.collect();
	keccak256(alloy_rlp::encode(logs))
}

fn trie_account(account: &Account) -> TrieAccount {
	let slots = account
		.storage
		.iter()
		.map(|(slot, value)| (B256::new(slot.0), U256::from_be_bytes(value.0)));
	TrieAccount {
		nonce: account.nonce,
		balance: U256::from(account.balance),
		storage_root: storage_root_unhashed(slots),
		code_hash: if account.code.is_empty() { KECCAK_EMPTY } else { keccak256(&account.code) },
	}
}
