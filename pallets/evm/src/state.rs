//! Reading accounts, and writing them from outside the engine.

use crate::{
	slot_keys::AccountSlots, AccountCodes, AccountCodesMetadata, AccountStorages, AddressMapping,
	BalanceOf, BareStorages, CodeMetadata, Config, EvmSpec, ExecuteRequest, FeeCalculator,
	HostError, NonceReferences, OnChargeEvmTransaction, Pallet, Removal, StorageRemoval, Target,
};
use alloc::vec::Vec;
use frame_support::traits::{
	fungible::Inspect,
	tokens::{Fortitude, Preservation},
	FindAuthor,
};
use frame_support::weights::Weight;
use sp_core::{Get, H160, H256, U256};
use sp_io::hashing::keccak_256;

/// Keccak-256 of nothing, the code hash of an account without code.
pub const KECCAK_EMPTY: H256 = H256([
	0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
	0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70,
]);

/// Length of an EIP-7702 delegation designator in bytes.
const DELEGATION_LENGTH: usize = 23;

/// First bytes of an EIP-7702 delegation designator.
const DELEGATION_PREFIX: [u8; 3] = [0xef, 0x01, 0x00];

/// Whether `code` is an EIP-7702 delegation designator.
pub fn is_delegation(code: &[u8]) -> bool {
	code.len() == DELEGATION_LENGTH && code.starts_with(&DELEGATION_PREFIX)
}

/// The address of the contract that `deployer` creates with `nonce`: the last 20 bytes of the
/// Keccak-256 of `rlp([deployer, nonce])`.
pub fn create_address(deployer: &H160, nonce: u64) -> H160 {
	let bytes = nonce.to_be_bytes();
	let minimal = &bytes[(nonce.leading_zeros() / 8) as usize..];
	let mut rlp = Vec::with_capacity(32);
	let nonce_length = if nonce < 0x80 { 1 } else { 1 + minimal.len() };
	rlp.push(0xc0 + 21 + nonce_length as u8);
	rlp.push(0x80 + 20);
	rlp.extend_from_slice(deployer.as_bytes());
	match nonce {
		0 => rlp.push(0x80),
		1..=0x7f => rlp.push(nonce as u8),
		_ => {
			rlp.push(0x80 + minimal.len() as u8);
			rlp.extend_from_slice(minimal);
		}
	}
	H160::from_slice(&keccak_256(&rlp)[12..])
}

/// The address of the contract that `deployer` creates with `salt` and init code of this Keccak-256
/// hash (EIP-1014).
pub fn create2_address(deployer: &H160, salt: &H256, init_code_hash: &H256) -> H160 {
	let mut data = [0u8; 85];
	data[0] = 0xff;
	data[1..21].copy_from_slice(deployer.as_bytes());
	data[21..53].copy_from_slice(salt.as_bytes());
	data[53..].copy_from_slice(init_code_hash.as_bytes());
	H160::from_slice(&keccak_256(&data)[12..])
}

impl<T: Config> Pallet<T> {
	/// Nonce and balance of an account, and the weight of reading them.
	pub fn account_basic(address: &H160) -> (crate::Account, Weight) {
		let account =
			crate::Account { nonce: Self::nonce(address).into(), balance: Self::balance(address) };
		(account, T::DbWeight::get().reads(2))
	}

	/// The nonce. A runtime's nonce type wider than 64 bits does not exist.
	pub fn nonce(address: &H160) -> u64 {
		let account = T::AddressMapping::into_account_id(*address);
		let nonce = frame_system::Account::<T>::get(account).nonce;
		nonce.try_into().unwrap_or(u64::MAX)
	}

	/// Everything that the account can spend, the existential deposit included.
	pub fn balance(address: &H160) -> U256 {
		let account = T::AddressMapping::into_account_id(*address);
		let balance: BalanceOf<T> =
			T::Currency::reducible_balance(&account, Preservation::Expendable, Fortitude::Polite);
		let balance: u128 = balance.into();
		balance.into()
	}

	/// Size and hash of the code, if there is code.
	pub fn account_code_metadata(address: &H160) -> Option<CodeMetadata> {
		AccountCodesMetadata::<T>::get(address).or_else(|| {
			// Frontier fills the metadata in lazily: there can be code without it.
			let code = AccountCodes::<T>::get(address);
			(!code.is_empty()).then(|| CodeMetadata::from_code(&code))
		})
	}

	/// Keccak-256 of the code; of nothing, if there is none.
	pub fn account_code_hash(address: &H160) -> H256 {
		Self::account_code_metadata(address).map_or(KECCAK_EMPTY, |metadata| metadata.hash)
	}

	/// The code, empty if there is none.
	pub fn account_code(address: &H160) -> Vec<u8> {
		AccountCodes::<T>::get(address)
	}

	/// Whether there is code.
	pub fn has_code(address: &H160) -> bool {
		AccountCodes::<T>::contains_key(address)
	}

	/// Whether any slot of the account holds a value. Passes over what the block has emptied before:
	/// not for what users pay for.
	pub fn has_storage(address: &H160) -> bool {
		AccountStorages::<T>::iter_key_prefix(address).next().is_some()
	}

	/// The base fee and the weight of finding it out; zero where gas is not charged.
	pub fn current_base_fee() -> (U256, Weight) {
		// There is none before London either (EIP-1559).
		if T::OnChargeTransaction::charges() && T::Spec::get() >= EvmSpec::London {
			T::FeeCalculator::min_gas_price()
		} else {
			(U256::zero(), Weight::zero())
		}
	}

	/// The address that the block's author earns for; the zero address if there is no author.
	pub fn find_author() -> H160 {
		let digest = frame_system::Pallet::<T>::digest();
		let digests = digest.logs.iter().filter_map(|log| log.as_pre_runtime());
		T::FindAuthor::find_author(digests).unwrap_or_default()
	}

	/// The address that the request calls or would create.
	pub fn target_address(request: &ExecuteRequest) -> H160 {
		match request.target {
			Target::Call(address) => address,
			Target::Create => create_address(&request.source, Self::nonce(&request.source)),
			Target::Create2 { salt } => {
				let init_code_hash = keccak_256(&request.input).into();
				create2_address(&request.source, &salt, &init_code_hash)
			}
		}
	}

	/// Writes code and its metadata. Empty code removes both. An account with code other than a
	/// delegation holds one `sufficients` reference for it.
	pub fn set_code(address: &H160, code: Vec<u8>) -> Result<(), HostError> {
		let (size, limit) = (code.len() as u64, u64::from(T::MaxCodeSize::get()));
		if size > limit {
			return Err(HostError::CodeTooLarge { size, limit });
		}
		Self::write_code(address, &code);
		Ok(())
	}

	/// Writes a slot; zero removes it.
	pub fn set_storage(address: &H160, key: H256, value: H256) {
		AccountSlots::new::<T>(address).set(&key, &value);
	}

	/// Writes slots of an account; zero removes one.
	pub fn set_slots<'a>(
		address: &H160,
		slots: impl IntoIterator<Item = (&'a H256, &'a H256), IntoIter: ExactSizeIterator>,
	) {
		let slots = slots.into_iter();
		if slots.len() == 0 {
			return;
		}
		let account = AccountSlots::new::<T>(address);
		for (key, value) in slots {
			account.set(key, value);
		}
	}

	/// Notes that slots of this address are set from outside the engine, if it has neither code nor
	/// nonce: no contract can be created there until the account is removed.
	pub fn mark_bare_storage(address: &H160) {
		if Self::nonce(address) == 0 && !Self::has_code(address) {
			BareStorages::<T>::insert(address, ());
		}
	}

	/// Sets the nonce exactly, and takes or gives back the reference that an account with a nonce
	/// holds.
	pub fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError> {
		let account = T::AddressMapping::into_account_id(*address);
		let narrow = T::Nonce::try_from(nonce)
			.map_err(|_| HostError::NonceTooLarge { address: *address, nonce })?;
		if nonce > 0 {
			Self::take_nonce_reference(address, &account);
			frame_system::Account::<T>::mutate(&account, |info| info.nonce = narrow);
		} else {
			if frame_system::Account::<T>::contains_key(&account) {
				frame_system::Account::<T>::mutate(&account, |info| info.nonce = narrow);
			}
			if NonceReferences::<T>::take(address).is_some() {
				frame_system::Pallet::<T>::dec_sufficients(&account);
			}
		}
		Ok(())
	}

	/// Takes the reference of an account that has a nonce, if it has none.
	pub(crate) fn hold_nonce(address: &H160) {
		if Self::nonce(address) > 0 {
			Self::take_nonce_reference(address, &T::AddressMapping::into_account_id(*address));
		}
	}

	/// Takes the references of accounts with nonces that were written by another pallet, such as
	/// Frontier's: an account without one loses its nonce when its balance leaves it, and its old
	/// transactions are valid again. For an upgrade of a chain whose accounts are addresses.
	///
	/// Looks at `limit` accounts, at least one, that come after `after` in the order of storage, with two
	/// reads and at most two writes for each. Gives the last one, to go on after it, or `None` if there
	/// are no more.
	pub fn hold_nonces(after: Option<&T::AccountId>, limit: u32) -> Option<T::AccountId>
	where
		T::AccountId: Into<H160>,
	{
		let limit = limit.max(1) as usize;
		let accounts = match after {
			Some(account) => frame_system::Account::<T>::iter_keys_from(
				frame_system::Account::<T>::hashed_key_for(account),
			),
			None => frame_system::Account::<T>::iter_keys(),
		};
		let accounts: Vec<T::AccountId> = accounts.take(limit).collect();
		for account in &accounts {
			let address: H160 = account.clone().into();
			if T::AddressMapping::into_account_id(address) == *account {
				Self::hold_nonce(&address);
			}
		}
		if accounts.len() < limit {
			return None;
		}
		accounts.last().cloned()
	}

	fn take_nonce_reference(address: &H160, account: &T::AccountId) {
		if !NonceReferences::<T>::contains_key(address) {
			frame_system::Pallet::<T>::inc_sufficients(account);
			NonceReferences::<T>::insert(address, ());
		}
	}

	/// Removes at most `limit` slots of an account: those that come after `after` in the order of
	/// storage. It begins there, not before, since what was removed in the same block would be passed
	/// over one by one.
	pub fn remove_storage(address: &H160, after: Option<H256>, limit: u32) -> StorageRemoval {
		let keys = match after {
			Some(key) => AccountStorages::<T>::iter_key_prefix_from(
				address,
				AccountStorages::<T>::hashed_key_for(address, key),
			),
			None => AccountStorages::<T>::iter_key_prefix(address),
		};
		let slots: Vec<H256> = keys.take(limit as usize).collect();
		for slot in &slots {
			AccountStorages::<T>::remove(address, slot);
		}
		let removed = slots.len() as u32;
		StorageRemoval { removed, last: slots.last().copied().or(after), done: removed < limit }
	}

	/// Removes at most `limit` slots of an account, and once none is left its code, nonce and
	/// references. The balance stays. Passes over what the block has emptied before.
	pub fn remove_account(address: &H160, limit: u32) -> Removal {
		let slots: Vec<H256> =
			AccountStorages::<T>::iter_key_prefix(address).take(limit as usize).collect();
		for slot in &slots {
			AccountStorages::<T>::remove(address, slot);
		}
		let removed = slots.len() as u32;
		let done = removed < limit || !Self::has_storage(address);
		if done {
			Self::write_code(address, &[]);
			// Zero fits every nonce type.
			let _ = Self::set_nonce(address, 0);
		}
		Removal { removed, done }
	}

	/// Writes code without a limit and keeps the `sufficients` reference in step.
	pub(crate) fn write_code(address: &H160, code: &[u8]) {
		let account = T::AddressMapping::into_account_id(*address);
		let had_reference = Self::holds_code_reference(&AccountCodes::<T>::get(address));
		let has_reference = Self::holds_code_reference(code);
		if has_reference && !had_reference {
			frame_system::Pallet::<T>::inc_sufficients(&account);
		}
		if code.is_empty() {
			AccountCodes::<T>::remove(address);
			AccountCodesMetadata::<T>::remove(address);
			BareStorages::<T>::remove(address);
		} else {
			AccountCodes::<T>::insert(address, code);
			AccountCodesMetadata::<T>::insert(address, CodeMetadata::from_code(code));
		}
		if had_reference && !has_reference {
			frame_system::Pallet::<T>::dec_sufficients(&account);
		}
	}

	/// Whether an account with this code holds a reference for it. Delegations hold none, as in
	/// Frontier: the account that delegates has a nonce.
	pub(crate) fn holds_code_reference(code: &[u8]) -> bool {
		!code.is_empty() && !is_delegation(code)
	}
}
