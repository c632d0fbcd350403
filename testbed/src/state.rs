//! Ethereum's accounts in the runtime's storage.

use crate::{AccountId, Balances, Ethereum, PaddedAddressMapping, Runtime, EVM};
use alloc::{
	collections::BTreeMap,
	string::{String, ToString},
	vec::Vec,
};
use core::fmt;
use frame_support::traits::fungible::Unbalanced;
use pallet_evm::{
	AccountCodes, AccountStorages, AddressMapping, EmptyAccounts, EvmSpec, HostError,
};
use sp_core::{Get, H160, H256};
use sp_runtime::DispatchError;

/// An account as Ethereum's state trie holds it, with code and storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
	/// The nonce.
	pub nonce: u64,
	/// The balance in wei.
	pub balance: u128,
	/// The code.
	pub code: Vec<u8>,
	/// The slots that are not zero.
	pub storage: BTreeMap<H256, H256>,
}

impl Account {
	/// Whether it is empty in the sense of EIP-161, and has no storage either.
	pub fn is_empty(&self) -> bool {
		self.nonce == 0 && self.balance == 0 && self.code.is_empty() && self.storage.is_empty()
	}
}

/// Why an account cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
	/// The EVM's pallet refused.
	Host(HostError),
	/// The currency refused.
	Currency(DispatchError),
}

/// Why the storage holds no Ethereum state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
	/// An account that belongs to no address.
	ForeignAccount(AccountId),
	/// An account has a balance beside its free one.
	ReservedBalance(H160),
}

/// An invariant that the storage does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
	/// One of pallet-evm.
	Evm(&'static str),
	/// One of pallet-ethereum.
	Ethereum(&'static str),
	/// Accounts and references are not exactly those of the EVM's state.
	Accounts(String),
}

impl fmt::Display for Violation {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Evm(reason) => write!(f, "pallet-evm: {reason}"),
			Self::Ethereum(reason) => write!(f, "pallet-ethereum: {reason}"),
			Self::Accounts(reason) => write!(f, "{reason}"),
		}
	}
}

/// Writes an account that is not there yet, exactly as given.
///
/// The issuance saturates: Ethereum's tests hold accounts whose sum exceeds 128 bits.
pub fn load(address: H160, account: &Account) -> Result<(), LoadError> {
	EVM::set_nonce(&address, account.nonce).map_err(LoadError::Host)?;
	EVM::set_code(&address, account.code.clone()).map_err(LoadError::Host)?;
	for (slot, value) in &account.storage {
		EVM::set_storage(&address, *slot, *value);
	}
	if !account.storage.is_empty() {
		EVM::mark_bare_storage(&address);
	}
	if account.balance > 0 {
		let who = PaddedAddressMapping::into_account_id(address);
		Balances::write_balance(&who, account.balance).map_err(LoadError::Currency)?;
		let issuance = Balances::total_issuance().saturating_add(account.balance);
		Balances::set_total_issuance(issuance);
	}
	if account.is_empty() {
		EmptyAccounts::<Runtime>::insert(address, ());
	}
	Ok(())
}

/// Every account in the storage, by going through all of it.
pub fn read() -> Result<BTreeMap<H160, Account>, ReadError> {
	let mut accounts: BTreeMap<H160, Account> = BTreeMap::new();
	for (who, info) in frame_system::Account::<Runtime>::iter() {
		let address = PaddedAddressMapping::address(&who).ok_or(ReadError::ForeignAccount(who))?;
		if info.data.reserved != 0 {
			return Err(ReadError::ReservedBalance(address));
		}
		if info.nonce != 0 || info.data.free != 0 {
			let account = accounts.entry(address).or_default();
			account.nonce = info.nonce;
			account.balance = info.data.free;
		}
	}
	for (address, code) in AccountCodes::<Runtime>::iter() {
		accounts.entry(address).or_default().code = code;
	}
	for (address, slot, value) in AccountStorages::<Runtime>::iter() {
		accounts.entry(address).or_default().storage.insert(slot, value);
	}
	let spec: EvmSpec = <Runtime as pallet_evm::Config>::Spec::get();
	if spec < EvmSpec::SpuriousDragon {
		for address in EmptyAccounts::<Runtime>::iter_keys() {
			accounts.entry(address).or_default();
		}
	}
	Ok(accounts)
}

/// Checks the invariants of the pallets, and what [`read`] does not show: that there is no account with
/// nothing in it, and no reference beside those that code, nonces and balances call for.
pub fn check() -> Result<(), Violation> {
	EVM::do_try_state().map_err(|error| Violation::Evm(error.into()))?;
	EVM::check_own_state().map_err(|fault| Violation::Accounts(fault.to_string()))?;
	Ethereum::do_try_state().map_err(|error| Violation::Ethereum(error.into()))
}
