//! Tests of the pallet inside real blocks, with real contracts of a made-up source.

mod abort;
mod abort_balances;
mod accounts;
mod balances;
mod bundle;
mod collisions;
mod completion;
mod counts;
mod deadlines;
mod dust;
mod extremes;
mod funds;
mod import;
mod keyed;
mod limits;
mod locks;
mod map_faults;
mod place;
mod pool;
mod post_import;
mod proposal;
mod proved;
mod record_faults;
mod resolve;
mod share;
mod state_faults;
mod storage;
mod unused;

use std::collections::BTreeMap;

use frame_support::{assert_storage_noop, storage::StoragePrefixedMap, traits::Authorize};
use migration_primitives::{
	fault::{Fault, Sum},
	status::{AccountRecord, AccountState, Collision, MigrationRecord, Stage},
	H160, H256, U256,
};
use pallet_evm::{ExecuteMode, ExecuteRequest, ExecutionInfo, RunnerError};
use sp_runtime::{
	transaction_validity::{TransactionSource, TransactionValidityError},
	AccountId32,
};

use self::bundle::*;
use crate::{mock::*, Accounts, Call, Event, Migrations};

/// Enough for every transaction of these tests.
const GAS: u64 = 1_000_000;

fn record(migration: u32) -> MigrationRecord<u32> {
	Migrations::<Test>::get(migration).expect("the migration exists")
}

/// What became of an account of the source.
fn entry(source: H160) -> AccountRecord<AccountId32> {
	Accounts::<Test>::get(SOURCE, source).expect("the account is in the map")
}

fn state_of(source: H160) -> AccountState {
	entry(source).state
}

fn at(byte: u8) -> H160 {
	H160::repeat_byte(byte)
}

fn balance(address: H160) -> u128 {
	EVM::balance(&address).try_into().expect("balances have 128 bits")
}

/// A transaction of an Ethereum key at the base fee.
fn transact(mut request: ExecuteRequest) -> Result<ExecutionInfo, RunnerError> {
	request.max_fee_per_gas = Some(BASE_FEE.into());
	EVM::execute(request, ExecuteMode::Transaction)
}

/// A call without data.
fn call(from: H160, to: H160, value: u128) -> ExecuteRequest {
	ExecuteRequest { value: value.into(), ..ExecuteRequest::call(from, to, vec![], GAS) }
}

/// A transaction that must succeed.
#[track_caller]
fn succeed(request: ExecuteRequest) -> ExecutionInfo {
	let info = transact(request).expect("the transaction is valid");
	assert!(info.exit.is_succeed(), "{:?}", info.exit);
	info
}

/// Whether accounts are as on the source, at their targets.
#[track_caller]
fn assert_imported(account: &Source, target: H160) {
	assert_eq!(EVM::nonce(&target), account.nonce, "nonce of {target:?}");
	assert_eq!(EVM::account_code(&target), account.code, "code of {target:?}");
	let expected: BTreeMap<H256, H256> =
		account.slots.iter().map(|slot| (slot.key, slot.value)).collect();
	let found: BTreeMap<H256, H256> =
		pallet_evm::AccountStorages::<Test>::iter_prefix(target).collect();
	assert_eq!(found, expected, "slots of {target:?}");
}

/// The pool and the block refuse a chunk with this error, and nothing is written.
#[track_caller]
fn assert_refused(call: &Call<Test>, error: impl Into<TransactionValidityError>) {
	let error = error.into();
	assert_refused_by(call, TransactionSource::External, error);
	assert_refused_by(call, TransactionSource::InBlock, error);
}

/// One of them refuses it.
#[track_caller]
fn assert_refused_by(
	call: &Call<Test>,
	source: TransactionSource,
	error: impl Into<TransactionValidityError>,
) {
	let error = error.into();
	let call: RuntimeCall = call.clone().into();
	assert_storage_noop!(assert_eq!(call.authorize(source), Some(Err(error))));
	let extrinsic = general(call);
	match source {
		TransactionSource::InBlock => {
			assert_storage_noop!(assert_eq!(include(extrinsic), Err(error)));
		}
		_ => assert_eq!(pool(extrinsic), Err(error)),
	}
}

/// All storage.
fn storage() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let mut all = BTreeMap::new();
	let mut key = vec![];
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).map(|value| value.to_vec()).unwrap_or_default();
		all.insert(next.clone(), value);
		key = next;
	}
	all
}

/// The chunk faults the migration with this reason: its stage and one event are all that is left
/// of it, and it cannot be included again.
#[track_caller]
fn assert_faults(call: Call<Test>, reason: Fault) {
	let (Call::submit_chunk { migration, index, .. }
	| Call::submit_map_chunk { migration, index, .. }) = call
	else {
		panic!("not a chunk")
	};
	let (mut expected, before) = (record(migration), storage());
	System::reset_events();
	assert_eq!(include(general(call.clone().into())), Ok(Ok(())));

	expected.stage = Stage::Faulted(reason);
	expected.since = System::block_number();
	assert_eq!(record(migration), expected);
	assert_eq!(events(), vec![Event::Faulted { migration, index, reason }]);
	assert_nothing_but_the_record_changed(&before, migration);
	assert_refused(&call, crate::Rejection::Faulted);
}

/// Beside the migration's record only what every extrinsic of a block leaves has changed.
#[track_caller]
fn assert_nothing_but_the_record_changed(before: &BTreeMap<Vec<u8>, Vec<u8>>, migration: u32) {
	let after = storage();
	let system = sp_io::hashing::twox_128(b"System");
	let accounts = frame_system::Account::<Test>::final_prefix();
	let allowed = |key: &[u8]| {
		key == Migrations::<Test>::hashed_key_for(migration)
			|| key == crate::Used::<Test>::hashed_key()
			|| key.starts_with(b":")
			|| (key.starts_with(&system) && !key.starts_with(&accounts))
	};
	for key in before.keys().chain(after.keys()) {
		let same = before.get(key) == after.get(key);
		assert!(same || allowed(key), "{} was changed", sp_core::bytes::to_hex(key, true));
	}
}

/// The origin of an account.
fn signed_by(name: &str) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(name))
}

fn set_code(address: H160, code: Vec<u8>) {
	EVM::set_code(&address, code).expect("the code is short");
}

fn set_nonce(address: H160, nonce: u64) {
	EVM::set_nonce(&address, nonce).expect("every nonce fits");
}

/// A slot at an address with neither code nor nonce.
fn set_bare_slot(address: H160) {
	EVM::set_storage(&address, word(1), word(1));
	EVM::mark_bare_storage(&address);
}
