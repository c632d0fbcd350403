//! Records of what nobody signed as an Ethereum transaction.

use alloy_consensus::{SignableTransaction, Transaction, TxEnvelope};
use alloy_eips::Decodable2718;
use alloy_primitives::{Signature, TxKind, U256 as AlloyU256};
use frame_support::{
	assert_noop,
	dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	pallet_prelude::InvalidTransaction,
};
use pallet_evm::{
	Authorization, ConfinedError, ExecuteRequest, Executed, ExecutionInfo, ExitReason, ListSizes,
	OnExecuted, Target,
};
use sp_core::{H160, H256, U256};
use sp_io::hashing::keccak_256;
use sp_runtime::AccountId32;

use super::wallet::{call, eip1559, encode, legacy, Wallet};
use crate::{
	mock::*,
	synthetic::{self, Place},
	BlockGasUsed, Blocks, CurrentTransactions, Event, InvalidCode, Receipt, TransactionError,
	TransactionIndex, TransactionRecord,
};

const TO: H160 = H160::repeat_byte(0x77);
/// The address as which [`account`] acts.
const CALLER: H160 = H160::repeat_byte(0xca);
const GAS: u64 = 100_000;

/// Logs nothing with the topic 7.
const LOGS: &[u8] = &[0x60, 0x07, 0x5f, 0x5f, 0xa1, 0x00];
/// Logs, then reverts.
const LOGS_AND_REVERTS: &[u8] = &[0x5f, 0x5f, 0xa0, 0x5f, 0x5f, 0xfd];
/// INVALID.
const HALTS: &[u8] = &[0xfe];
/// Logs, then slot 0 becomes 1.
const LOGS_AND_WRITES: &[u8] = &[0x5f, 0x5f, 0xa0, 0x60, 0x01, 0x5f, 0x55, 0x00];
/// Init code of a contract whose code is one STOP.
const INIT: &[u8] = &[0x60, 0x01, 0x5f, 0xf3];

/// An account of the chain, without an Ethereum key.
fn caller() -> RuntimeOrigin {
	RuntimeOrigin::signed(AccountId32::from([0xca; 32]))
}

/// With a caller that has funds.
fn run(test: impl FnOnce()) {
	execute(|| {
		fund(CALLER, FUNDS);
		test();
	});
}

fn deploy(address: H160, code: &[u8]) {
	EVM::set_code(&address, code.to_vec()).unwrap();
}

/// A call of `EVM` at twice the base fee, of which 5 wei are a tip.
fn evm_call(target: H160, input: &[u8], gas_limit: u64) -> DispatchResultWithPostInfo {
	let price = (2 * BASE_FEE).into();
	EVM::call(
		caller(),
		CALLER,
		target,
		input.to_vec(),
		3.into(),
		gas_limit,
		price,
		Some(5.into()),
		None,
		vec![],
		vec![],
	)
}

/// A call of the runtime itself.
fn confined(target: H160, may_write: bool) -> Result<ExecutionInfo, ConfinedError> {
	let request = ExecuteRequest::call(CALLER, target, vec![], GAS);
	EVM::execute_confined(request, |_| may_write)
}

fn last() -> (TransactionRecord, Receipt) {
	CurrentTransactions::<Test>::get().pop().unwrap()
}

fn decoded(record: &TransactionRecord) -> TxEnvelope {
	TxEnvelope::decode_2718_exact(&record.raw).unwrap()
}

#[test]
fn call_of_an_account_is_recorded_works() {
	run(|| {
		deploy(TO, LOGS);
		evm_call(TO, &[1, 2], GAS).unwrap();
		let (record, receipt) = last();
		assert_eq!((record.hash, record.from), (keccak_256(&record.raw).into(), CALLER));
		assert_eq!(Ethereum::transaction_index(record.hash), Some((1, 0)));
		let recorded = Event::<Test>::Recorded { transaction_hash: record.hash };
		System::assert_has_event(recorded.into());

		let log =
			pallet_evm::Log { address: TO, topics: vec![H256::from_low_u64_be(7)], data: vec![] };
		// 21,000, two bytes of data, three pushes, and a log with a topic.
		let gas_used = 21_000 + 2 * 16 + 3 + 2 * 2 + 2 * 375;
		assert_eq!(
			receipt,
			Receipt {
				transaction_type: 2,
				success: true,
				gas_used,
				cumulative_gas_used: gas_used,
				effective_gas_price: (BASE_FEE + 5).into(),
				contract_address: None,
				logs: vec![log],
			}
		);

		let TxEnvelope::Eip1559(signed) = decoded(&record) else { panic!("type 2") };
		let transaction = signed.tx();
		assert_eq!((transaction.chain_id, transaction.nonce), (CHAIN_ID, 0));
		assert_eq!((transaction.to, transaction.gas_limit), (call(TO), GAS));
		assert_eq!(transaction.max_fee_per_gas, 2 * BASE_FEE);
		assert_eq!(transaction.max_priority_fee_per_gas, 5);
		assert_eq!(transaction.value, AlloyU256::from(3));
		assert_eq!(transaction.input.to_vec(), [1, 2]);
		let signature = signed.signature();
		assert_eq!(signature.r(), AlloyU256::from_be_slice(CALLER.as_bytes()));
		assert_eq!(signature.s(), AlloyU256::from((1u64 << 32) + 1));
		assert!(!signature.v());

		let block = end_block();
		assert_eq!((block.transactions, block.receipts.len()), (vec![record], 1));
		assert_eq!(block.gas_used, gas_used);
	});
}

#[test]
fn failing_calls_are_recorded_without_logs_works() {
	run(|| {
		for (index, code) in [LOGS_AND_REVERTS, HALTS].into_iter().enumerate() {
			deploy(TO, code);
			evm_call(TO, &[], GAS).unwrap();
			let (record, receipt) = last();
			assert_eq!(decoded(&record).nonce(), index as u64);
			assert!(!receipt.success);
			assert_eq!(receipt.logs, vec![]);
		}
		let gas_used: Vec<_> =
			end_block().receipts.iter().map(|receipt| receipt.gas_used).collect();
		assert_eq!(gas_used, [21_000 + 4 * 2 + 375, GAS]);
	});
}

#[test]
fn call_that_the_evm_refuses_is_not_recorded_works() {
	run(|| {
		assert_noop!(
			evm_call(TO, &[], 20_999).map_err(|error| error.error),
			pallet_evm::Error::<Test>::GasLimitTooLow
		);
		assert_eq!(CurrentTransactions::<Test>::get(), vec![]);
	});
}

#[test]
fn creations_are_recorded_with_their_address_works() {
	run(|| {
		let price: U256 = (2 * BASE_FEE).into();
		let none = None;
		let created = pallet_evm::create_address(&CALLER, 0);
		let (init, value) = (INIT.to_vec(), U256::zero());
		EVM::create(caller(), CALLER, init.clone(), value, GAS, price, none, none, vec![], vec![])
			.unwrap();
		let (record, receipt) = last();
		assert_eq!(receipt.contract_address, Some(created));
		assert!(receipt.success && EVM::has_code(&created));
		assert_eq!(decoded(&record).kind(), TxKind::Create);
		assert_eq!(decoded(&record).input().to_vec(), INIT);

		let salt = H256::repeat_byte(9);
		let created = pallet_evm::create2_address(&CALLER, &salt, &keccak_256(INIT).into());
		EVM::create2(caller(), CALLER, init, salt, value, GAS, price, none, none, vec![], vec![])
			.unwrap();
		let (record, receipt) = last();
		assert_eq!(receipt.contract_address, Some(created));
		assert!(receipt.success && EVM::has_code(&created));
		assert_eq!((decoded(&record).kind(), decoded(&record).nonce()), (TxKind::Create, 1));
	});
}

/// The nonce of their sender does not tell them apart.
#[test]
fn equal_calls_of_the_runtime_have_different_hashes_works() {
	run(|| {
		deploy(TO, LOGS);
		confined(TO, false).unwrap();
		confined(TO, false).unwrap();
		next_block();
		confined(TO, false).unwrap();
		next_block();
		let records = [1, 2].map(|number| Ethereum::block(number).unwrap().transactions);
		let hashes: Vec<H256> = records.iter().flatten().map(|record| record.hash).collect();
		let places: Vec<_> = hashes.iter().map(|hash| Ethereum::transaction_index(*hash)).collect();
		assert_eq!(places, [Some((1, 0)), Some((1, 1)), Some((2, 0))]);
		assert!(records.iter().flatten().all(|record| decoded(record).nonce() == 0));
	});
}

#[test]
fn calls_of_the_runtime_are_recorded_however_they_end_works() {
	run(|| {
		deploy(TO, LOGS_AND_WRITES);
		assert_eq!(confined(TO, true).unwrap().exit, ExitReason::Succeed);
		let (record, receipt) = last();
		assert_eq!((record.from, receipt.success, receipt.logs.len()), (CALLER, true, 1));
		assert_eq!(receipt.effective_gas_price, U256::zero());

		EVM::set_storage(&TO, H256::zero(), H256::zero());
		assert_eq!(confined(TO, false), Err(ConfinedError::Forbidden(TO)));
		let (_, receipt) = last();
		assert_eq!((receipt.success, receipt.logs), (false, vec![]));

		deploy(TO, LOGS_AND_REVERTS);
		assert_eq!(confined(TO, true).unwrap().exit, ExitReason::Revert);
		let (_, receipt) = last();
		assert_eq!((receipt.success, receipt.logs), (false, vec![]));
		assert_eq!(end_block().receipts.len(), 3);
	});
}

#[test]
fn gas_adds_up_over_calls_and_transactions_works() {
	run(|| {
		deploy(TO, LOGS);
		let wallet = Wallet::new(1);
		apply_ok(wallet.raw(eip1559(0, call(TO))));
		evm_call(TO, &[], GAS).unwrap();
		confined(TO, false).unwrap();
		apply_ok(wallet.raw(legacy(1, call(TO))));
		let block = end_block();
		let senders: Vec<H160> = block.transactions.iter().map(|record| record.from).collect();
		assert_eq!(senders, [wallet.address(), CALLER, CALLER, wallet.address()]);
		let gas = block.receipts[0].gas_used;
		let sums: Vec<u64> = block.receipts.iter().map(|each| each.cumulative_gas_used).collect();
		assert_eq!(sums, [gas, 2 * gas, 3 * gas, 4 * gas]);
		assert_eq!(block.gas_used, 4 * gas);
	});
}

#[test]
fn block_limit_holds_for_calls_and_transactions_works() {
	run(|| {
		BlockGasLimit::set(120_999);
		let wallet = Wallet::new(1);
		evm_call(TO, &[], GAS).unwrap();
		// 21,000 of 120,999 are used: 99,999 are left, 100,000 asked for.
		let raw = wallet.raw(eip1559(0, call(TO)));
		assert_noop!(apply(raw.clone()), InvalidTransaction::ExhaustsResources);
		assert!(validate(raw.clone()).is_ok());
		assert_noop!(
			evm_call(TO, &[], GAS).map_err(|error| error.error),
			pallet_evm::Error::<Test>::GasLimitExceedsBlockLimit
		);
		evm_call(TO, &[], GAS - 1).unwrap();
		next_block();
		apply_ok(raw);
		evm_call(TO, &[], GAS - 1).unwrap();
		assert_eq!(end_block().gas_used, 42_000);
	});
}

/// What the runtime itself calls is not refused, and nobody's gas is counted below zero.
#[test]
fn calls_of_the_runtime_beyond_the_block_limit_works() {
	run(|| {
		BlockGasLimit::set(GAS);
		deploy(TO, HALTS);
		for _ in 0..2 {
			confined(TO, false).unwrap();
		}
		assert_eq!((BlockGasUsed::<Test>::get(), Ethereum::gas_left()), (2 * GAS, 0));
		let raw = Wallet::new(1).raw(eip1559(0, call(TO)));
		assert_noop!(apply(raw.clone()), InvalidTransaction::ExhaustsResources);
		assert_noop!(
			evm_call(TO, &[], 21_000).map_err(|error| error.error),
			pallet_evm::Error::<Test>::GasLimitExceedsBlockLimit
		);
		assert_eq!(next_block().gas_used, 2 * GAS);
		apply_ok(raw);
	});
}

#[test]
fn record_is_removed_with_its_block_works() {
	run(|| {
		evm_call(TO, &[], GAS).unwrap();
		let (record, _) = last();
		while System::block_number() <= RETENTION {
			next_block();
		}
		assert!(TransactionIndex::<Test>::contains_key(record.hash));
		next_block();
		assert!(!TransactionIndex::<Test>::contains_key(record.hash));
		assert!(!Blocks::<Test>::contains_key(1));
	});
}

#[test]
fn input_longer_than_a_transaction_is_kept_whole_works() {
	run(|| {
		let input = vec![0; MAX_BYTES as usize + 1];
		evm_call(TO, &input, GAS).unwrap();
		let (record, receipt) = last();
		assert_eq!(decoded(&record).input().to_vec(), input);
		// EIP-7623: 10 gas for each.
		assert_eq!(receipt.gas_used, 21_000 + 10 * input.len() as u64);
		assert!(record.raw.len() <= synthetic::longest(input.len(), Default::default()) as usize);
	});
}

#[test]
fn lists_are_recorded_works() {
	run(|| {
		let slots = vec![H256::repeat_byte(1), H256::repeat_byte(2)];
		let authorization = |nonce| Authorization {
			chain_id: 7,
			address: H160::repeat_byte(3),
			nonce,
			y_parity: true,
			r: H256::repeat_byte(4),
			s: H256::repeat_byte(0xff),
		};
		let call_with = |list| {
			EVM::call(
				caller(),
				CALLER,
				TO,
				vec![],
				0.into(),
				GAS,
				(2 * BASE_FEE).into(),
				None,
				None,
				vec![(TO, slots.clone())],
				list,
			)
		};
		call_with(vec![]).unwrap();
		let (record, receipt) = last();
		assert_eq!(receipt.transaction_type, 2);
		let transaction = decoded(&record);
		let access_list = transaction.access_list().unwrap();
		assert_eq!(access_list[0].address.into_array(), TO.0);
		let keys: Vec<_> = access_list[0].storage_keys.iter().map(|key| H256(key.0)).collect();
		assert_eq!(keys, slots);

		call_with(vec![authorization(5.into()), authorization(U256::MAX)]).unwrap();
		let (record, receipt) = last();
		assert_eq!(receipt.transaction_type, 4);
		let TxEnvelope::Eip7702(signed) = decoded(&record) else { panic!("type 4") };
		let transaction = signed.tx();
		assert_eq!((transaction.to.into_array(), transaction.nonce), (TO.0, 1));
		let [first, second] = &transaction.authorization_list[..] else { panic!("two tuples") };
		assert_eq!((first.inner().nonce, second.inner().nonce), (5, u64::MAX));
		assert_eq!(first.inner().chain_id, AlloyU256::from(7));
		assert_eq!(first.inner().address.into_array(), [3; 20]);
		assert_eq!((first.y_parity(), first.s()), (1, AlloyU256::MAX));
	});
}

/// Whoever reads the bytes of a record sends them in vain, whatever their signer would have.
#[test]
fn record_as_a_transaction_fails() {
	run(|| {
		evm_call(TO, &[], GAS).unwrap();
		let (record, _) = last();
		next_block();
		let refused = InvalidTransaction::from(InvalidCode::InvalidSignature);
		assert_eq!(validate(record.raw.clone()), Err(refused.into()));
		assert_noop!(apply(record.raw.clone()), refused);
		let recovered = crate::RecoveredTransaction::recover(&record.raw, CHAIN_ID);
		assert_eq!(recovered, Err(TransactionError::Synthetic));
	});
}

/// Nick's method: whoever makes a signature up sends from an address without a key. The transactions
/// that deploy contracts on every chain have small ones, and are of another type.
#[test]
fn made_up_signature_of_another_type_works() {
	execute(|| {
		AcceptUnprotected::set(true);
		let mut transaction = legacy(0, call(TO));
		transaction.chain_id = None;
		let signer = |raw: &[u8]| {
			let decoded = Ethereum::decode(raw).and_then(|decoded| decoded.recover());
			decoded.map(|recovered| recovered.signer())
		};
		// That of the contract of EIP-4788.
		let (r, s) = (AlloyU256::from(0x539), AlloyU256::from(0x1b9b6eb1f0u64));
		let signature = Signature::new(r, s, false);
		let raw = encode(&transaction.into_signed(signature));
		let sender = signer(&raw).unwrap();
		fund(sender, FUNDS);
		apply_ok(raw);
		assert_eq!(nonce(sender), 1);

		let raw = encode(&eip1559(0, call(TO)).into_signed(signature));
		assert_eq!(signer(&raw), Err(TransactionError::Synthetic));
	});
}

#[test]
fn try_state_of_a_forged_record_fails() {
	run(|| {
		evm_call(TO, &[], GAS).unwrap();
		apply_ok(Wallet::new(1).raw(eip1559(0, call(TO))));
		let sound = CurrentTransactions::<Test>::get();
		let error = "a sender neither signed its transaction nor is named by its mark";
		let refused = |position: usize, forge: &dyn Fn(&mut TransactionRecord)| {
			let mut forged = sound.clone();
			let record = &mut forged[position].0;
			TransactionIndex::<Test>::remove(record.hash);
			forge(record);
			record.hash = keccak_256(&record.raw).into();
			TransactionIndex::<Test>::insert(record.hash, (1, position as u32));
			let forged_hash = record.hash;
			CurrentTransactions::<Test>::put(forged);
			assert_eq!(Ethereum::do_try_state(), Err(error.into()));
			TransactionIndex::<Test>::remove(forged_hash);
			TransactionIndex::<Test>::insert(sound[position].0.hash, (1, position as u32));
			CurrentTransactions::<Test>::put(sound.clone());
			Ethereum::do_try_state().unwrap();
		};
		// Another sender than the one that signed, or that the mark names.
		refused(0, &|record| record.from = TO);
		refused(1, &|record| record.from = CALLER);
		// The mark of another place, and one of the sender where its signature should be.
		let marked = |record: &mut TransactionRecord, place: Place| {
			let TxEnvelope::Eip1559(signed) = decoded(record) else { panic!("type 2") };
			record.raw = encode(&signed.tx().clone().into_signed(place.mark(record.from)));
		};
		refused(0, &|record| marked(record, Place { block: 1, index: 1 }));
		refused(0, &|record| marked(record, Place { block: 2, index: 0 }));
		refused(1, &|record| marked(record, Place { block: 1, index: 0 }));
		// A signature that is neither.
		refused(0, &|record| {
			let TxEnvelope::Eip1559(signed) = decoded(record) else { panic!("type 2") };
			let signature = Wallet::new(2).signature(&[7; 32]);
			record.raw = encode(&signed.tx().clone().into_signed(signature));
		});
	});
}

#[test]
fn declared_weight_counts_the_record_and_no_less_is_taken_works() {
	run(|| {
		let input = vec![1; 500];
		let call = RuntimeCall::EVM(pallet_evm::Call::call {
			source: CALLER,
			target: TO,
			input: input.clone(),
			value: 3.into(),
			gas_limit: GAS,
			max_fee_per_gas: (2 * BASE_FEE).into(),
			max_priority_fee_per_gas: Some(5.into()),
			nonce: None,
			access_list: vec![],
			authorization_list: vec![],
		});
		let record = Ethereum::weight(input.len(), ListSizes::default());
		assert!(record.ref_time() > 500 * 60_000 && record.proof_size() > 0);
		let declared = call.get_dispatch_info().call_weight;
		assert_eq!(declared, EVM::execution_weight(GAS) + record);
		let actual = evm_call(TO, &input, GAS).unwrap().actual_weight.unwrap();
		let (_, receipt) = last();
		assert_eq!(actual, EVM::execution_weight(receipt.gas_used) + record);
		// A refused call has recorded nothing.
		let refused = evm_call(TO, &input, 20_999).unwrap_err().post_info.actual_weight;
		assert_eq!(refused, Some(EVM::execution_weight(0)));
	});
}

#[test]
fn prices_that_no_transaction_has_a_place_for_works() {
	run(|| {
		GasIsFree::set(true);
		let price = U256::MAX;
		EVM::call(caller(), CALLER, TO, vec![], 0.into(), GAS, price, None, None, vec![], vec![])
			.unwrap();
		let (record, receipt) = last();
		assert_eq!(decoded(&record).max_fee_per_gas(), u128::MAX);
		assert_eq!(receipt.effective_gas_price, U256::zero());
	});
}

#[test]
fn longest_synthetic_transaction_is_bounded_works() {
	let authorization = Authorization {
		chain_id: u64::MAX,
		address: H160::repeat_byte(0xff),
		nonce: U256::MAX,
		y_parity: true,
		r: H256::repeat_byte(0xff),
		s: H256::repeat_byte(0xff),
	};
	let address = H160::repeat_byte(0xff);
	let slots = vec![H256::repeat_byte(0xff); 3];
	for count in [0, 1, 2, 100] {
		let request = ExecuteRequest {
			source: address,
			target: Target::Call(address),
			input: vec![0xff; count * 1_000],
			value: U256::MAX,
			gas_limit: u64::MAX,
			max_fee_per_gas: Some(U256::MAX),
			max_priority_fee_per_gas: Some(U256::MAX),
			nonce: None,
			access_list: vec![(address, slots.clone()); count],
			authorization_list: vec![authorization.clone(); count],
		};
		let bound = synthetic::longest(request.input.len(), request.list_sizes());
		let info = ExecutionInfo {
			exit: ExitReason::Succeed,
			used_gas: 0,
			spent_gas: 0,
			surcharge: Default::default(),
			value: vec![],
			created: None,
			logs: vec![],
			effective_gas_price: U256::zero(),
		};
		let executed = Executed { request, nonce: u64::MAX, address, info };
		let place = Place { block: u32::MAX, index: u32::MAX };
		let raw = synthetic::encode(&executed, u64::MAX, place).raw;
		assert!(raw.len() <= bound as usize, "{} bytes, at most {bound}", raw.len());
		let read = TxEnvelope::decode_2718_exact(&raw).unwrap();
		assert!(synthetic::is_mark(read.signature()));
		let sender = crate::try_state::recorded_sender(&raw, place);
		assert_eq!(sender, Ok(address));
	}
}

#[test]
fn marks_differ_by_sender_and_place_works() {
	let places = [(0, 0), (0, 1), (1, 0), (u32::MAX, 0), (u32::MAX, u32::MAX)];
	let marks: Vec<Signature> = [H160::zero(), CALLER, H160::repeat_byte(0xff)]
		.into_iter()
		.flat_map(|from| places.map(|(block, index)| Place { block, index }.mark(from)))
		.collect();
	for (position, mark) in marks.iter().enumerate() {
		assert!(synthetic::is_mark(mark) && !mark.s().is_zero());
		assert!(!marks[..position].contains(mark));
	}
	// Whatever a key makes has, but for luck, more bits.
	let signature = Wallet::new(1).signature(&keccak_256(b"message"));
	assert!(!synthetic::is_mark(&signature));
	let [r, s] = [signature.r(), signature.s()];
	assert!(!synthetic::is_mark(&Signature::new(r, AlloyU256::from(1), false)));
	assert!(!synthetic::is_mark(&Signature::new(AlloyU256::from(1), s, false)));
	assert!(!synthetic::is_mark(&Signature::new(AlloyU256::from(1), AlloyU256::from(1), true)));
}
