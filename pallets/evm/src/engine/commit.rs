//! Writes an outcome to the pallet's storage and the accounts.

use super::{
	convert::{from_address, from_word, word_to_hash},
	Outcome,
};
use crate::{
	AddressMapping, BalanceOf, Config, EmptyAccounts, Error, EvmSpec, ExitError, GasPayment,
	OnChargeEvmTransaction, Pallet,
};
use alloc::{collections::BTreeMap, vec::Vec};
use frame_support::{
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use revm::state::Account;
use sp_core::{Get, H160, H256, U256};
use sp_runtime::{traits::Saturating, DispatchError};

/// Slots that all contracts which one execution destroys may have together, since they are cleared at
/// its end for no gas. Only before EIP-6780 can a contract with storage be destroyed.
const MAX_DESTROYED_SLOTS: u32 = 256;

/// What happens to balances between nothing and the existential deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dust {
	/// They are an error.
	Refuse,
	/// They are lost, as everywhere in the runtime.
	Lose,
}

/// Why an outcome cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommitError {
	/// The account would keep more than nothing and less than the existential deposit.
	BelowExistentialDeposit(H160),
	/// The destroyed account has more slots than may still be cleared.
	StorageTooLarge(H160),
	/// The nonce does not fit the runtime's type.
	NonceTooLarge(H160),
	/// The balance does not fit 128 bits.
	BalanceTooLarge(H160),
	/// The currency refused.
	Currency(H160, DispatchError),
	/// The storage layer refused.
	Storage(DispatchError),
}

impl From<DispatchError> for CommitError {
	fn from(error: DispatchError) -> Self {
		Self::Storage(error)
	}
}

impl CommitError {
	/// As the reason of a halt.
	pub(crate) fn exit_error(&self) -> ExitError {
		match self {
			Self::BelowExistentialDeposit(address) => ExitError::BelowExistentialDeposit(*address),
			Self::StorageTooLarge(address) => ExitError::StorageTooLarge(*address),
			Self::NonceTooLarge(address)
			| Self::BalanceTooLarge(address)
			| Self::Currency(address, _) => ExitError::CommitFailed(*address),
			Self::Storage(_) => ExitError::CommitFailed(H160::zero()),
		}
	}

	/// As the error of a call.
	pub(crate) fn dispatch_error<T: Config>(&self) -> DispatchError {
		match self {
			Self::BelowExistentialDeposit(_) => Error::<T>::BelowExistentialDeposit.into(),
			Self::StorageTooLarge(_) => Error::<T>::StorageTooLarge.into(),
			Self::NonceTooLarge(_) => Error::<T>::NonceTooLarge.into(),
			Self::BalanceTooLarge(_) => Error::<T>::BalanceTooLarge.into(),
			Self::Currency(_, error) | Self::Storage(error) => *error,
		}
	}
}

/// Writes everything, or nothing.
pub(crate) fn commit<T: Config>(outcome: &Outcome, dust: Dust) -> Result<(), CommitError> {
	// revm's maps have no order, storage and events need one.
	let accounts: BTreeMap<H160, &Account> = outcome
		.state
		.iter()
		.filter(|(_, account)| account.is_touched())
		.map(|(address, account)| (from_address(*address), account))
		.collect();
	with_storage_layer(|| {
		let mut clearable = MAX_DESTROYED_SLOTS;
		for (address, account) in &accounts {
			write_account::<T>(address, account, &mut clearable)?;
		}
		write_balances::<T>(&accounts, dust)?;
		pay::<T>(outcome, &accounts);
		Ok::<_, CommitError>(())
	})?;
	// Slots are most of what is written and cannot fail: outside of the layer, which keeps what was
	// there before for each.
	for (address, account) in &accounts {
		write_slots::<T>(address, account);
	}
	Ok(())
}

/// Code and nonce, and the end of a destroyed account, of which at most `clearable` slots are cleared.
fn write_account<T: Config>(
	address: &H160,
	account: &Account,
	clearable: &mut u32,
) -> Result<(), CommitError> {
	if keeps_empty_accounts::<T>() {
		note_existence::<T>(address, account.is_empty() && !account.is_selfdestructed());
	}
	if account.is_selfdestructed() {
		// What was created in this transaction has no slots yet: none were there before (EIP-7610),
		// and the engine writes its own at the end only.
		if account.is_created() {
			return Ok(());
		}
		let removal = Pallet::<T>::remove_account(address, *clearable);
		*clearable = clearable.saturating_sub(removal.removed);
		return if removal.done { Ok(()) } else { Err(CommitError::StorageTooLarge(*address)) };
	}
	let original = account.original_info();
	if account.info.nonce != original.nonce {
		Pallet::<T>::set_nonce(address, account.info.nonce)
			.map_err(|_| CommitError::NonceTooLarge(*address))?;
	}
	if account.info.code_hash != original.code_hash {
		let code = account.info.code.as_ref().map(|code| code.original_bytes()).unwrap_or_default();
		Pallet::<T>::write_code(address, &code);
	}
	Ok(())
}

/// The slots of an account that was not destroyed.
fn write_slots<T: Config>(address: &H160, account: &Account) {
	if account.is_selfdestructed() {
		return;
	}
	let slots: BTreeMap<H256, H256> = account
		.changed_storage_slots()
		.map(|(key, slot)| (word_to_hash(*key), word_to_hash(slot.present_value)))
		.collect();
	Pallet::<T>::set_slots(address, &slots);
	// A contract begins with a nonce since EIP-161.
	if T::Spec::get() < EvmSpec::SpuriousDragon && slots.values().any(|value| !value.is_zero()) {
		Pallet::<T>::mark_bare_storage(address);
	}
}

/// A change of one account's balance.
struct Delta<T: Config> {
	address: H160,
	who: T::AccountId,
	amount: BalanceOf<T>,
}

/// Burns what every account lost, then mints what every account gained, so that the total issuance
/// never exceeds what it was. The difference is the fee and what was destroyed.
fn write_balances<T: Config>(
	accounts: &BTreeMap<H160, &Account>,
	dust: Dust,
) -> Result<(), CommitError> {
	let mut gained: Vec<Delta<T>> = Vec::new();
	for (address, account) in accounts {
		let before = from_word(account.original_info().balance);
		let after = if account.is_selfdestructed() {
			U256::zero()
		} else {
			from_word(account.info.balance)
		};
		if before == after {
			continue;
		}
		let difference = if after > before { after - before } else { before - after };
		let amount =
			u128::try_from(difference).map_err(|_| CommitError::BalanceTooLarge(*address))?.into();
		let who = T::AddressMapping::into_account_id(*address);
		if after > before {
			gained.push(Delta { address: *address, who, amount });
		} else {
			// An account that Frontier wrote has a nonce without a reference, and would lose it.
			if after < U256::from(T::Currency::minimum_balance().into()) {
				Pallet::<T>::hold_nonce(address);
			}
			T::Currency::burn_from(
				&who,
				amount,
				Preservation::Expendable,
				Precision::Exact,
				Fortitude::Polite,
			)
			.map_err(|error| CommitError::Currency(*address, error))?;
			let left = T::Currency::balance(&who);
			check_dust::<T>(*address, left, after, dust)?;
		}
	}
	for Delta { address, who, amount } in gained {
		let minimum = T::Currency::minimum_balance();
		if T::Currency::balance(&who).saturating_add(amount) < minimum {
			return Err(CommitError::BelowExistentialDeposit(address));
		}
		T::Currency::mint_into(&who, amount)
			.map_err(|error| CommitError::Currency(address, error))?;
	}
	Ok(())
}

/// Burning leaves either what the EVM says or, if that is below the existential deposit, nothing.
fn check_dust<T: Config>(
	address: H160,
	left: BalanceOf<T>,
	expected: U256,
	dust: Dust,
) -> Result<(), CommitError> {
	let left: u128 = left.into();
	if dust == Dust::Refuse && U256::from(left) < expected {
		return Err(CommitError::BelowExistentialDeposit(address));
	}
	Ok(())
}

/// Hands out what the sender paid.
fn pay<T: Config>(outcome: &Outcome, accounts: &BTreeMap<H160, &Account>) {
	let base_fee = u128::from(outcome.base_fee).min(outcome.price);
	let used = U256::from(outcome.used_gas);
	let mut payment = GasPayment {
		base_fee: used * U256::from(base_fee),
		priority_fee: used * U256::from(outcome.price - base_fee),
	};
	let author = Pallet::<T>::find_author();
	let paid = payment != GasPayment::default();
	// On Ethereum the author is paid before destroyed accounts are removed with what they have.
	let is_destroyed = accounts.get(&author).is_some_and(|account| account.is_selfdestructed());
	if is_destroyed {
		payment.priority_fee = U256::zero();
	}
	if paid {
		T::OnChargeTransaction::on_paid(&author, payment);
	}
	if keeps_empty_accounts::<T>() && T::OnChargeTransaction::charges() && !is_destroyed {
		// Being paid nothing touches as well.
		let is_empty = Pallet::<T>::nonce(&author) == 0
			&& Pallet::<T>::balance(&author).is_zero()
			&& !Pallet::<T>::has_code(&author);
		note_existence::<T>(&author, is_empty);
	}
}

/// Whether the rules are older than EIP-161.
fn keeps_empty_accounts<T: Config>() -> bool {
	T::Spec::get() < EvmSpec::SpuriousDragon
}

/// Writes whether an account that was touched, and so exists, is empty.
fn note_existence<T: Config>(address: &H160, is_empty: bool) {
	if is_empty {
		EmptyAccounts::<T>::insert(address, ());
	} else {
		EmptyAccounts::<T>::remove(address);
	}
}
