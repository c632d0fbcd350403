//! Execution, receipts and what is recorded of a block.

use alloy_primitives::{Bytes, TxKind, U256 as AlloyU256};
use pallet_evm::{ExitError, ExitReason};
use sp_core::{H160, H256, U256};
use sp_io::hashing::keccak_256;

use super::wallet::{call, eip1559, eip2930, eip7702, legacy, Wallet};
use crate::{mock::*, CurrentTransactions, DeclaredCost, Event, Receipt, TransactionRecord};

const TO: H160 = H160::repeat_byte(0x77);
const AUTHOR: H160 = H160::repeat_byte(0xaa);

/// Logs 42 with the topics 7 and 8.
const LOGS: &[u8] = &[
	0x60, 0x2a, 0x60, 0x00, 0x52, // MSTORE(0, 42)
	0x60, 0x08, 0x60, 0x07, 0x60, 0x20, 0x60, 0x00, 0xa2, // LOG2(0, 32, 7, 8)
	0x00,
];
/// Logs, then reverts.
const LOGS_AND_REVERTS: &[u8] = &[0x60, 0x00, 0x60, 0x00, 0xa0, 0x60, 0x00, 0x60, 0x00, 0xfd];
/// INVALID.
const HALTS: &[u8] = &[0xfe];
/// Init code of a contract whose code is one STOP.
const INIT: &[u8] = &[0x60, 0x01, 0x60, 0x00, 0xf3];

fn deploy(address: H160, code: &[u8]) {
	EVM::set_code(&address, code.to_vec()).unwrap();
}

fn tx_hash(raw: &[u8]) -> H256 {
	keccak_256(raw).into()
}

#[test]
fn transfer_of_each_type_works() {
	execute(|| {
		let wallet = Wallet::new(1);
		let raws = [
			wallet.raw(legacy(0, call(TO))),
			wallet.raw(eip2930(1, call(TO))),
			wallet.raw(eip1559(2, call(TO))),
		];
		for raw in &raws {
			assert_eq!(
				apply_ok(raw.clone()),
				Event::Executed {
					from: wallet.address(),
					to: TO,
					transaction_hash: tx_hash(raw),
					exit_reason: ExitReason::Succeed,
				}
			);
		}
		assert_eq!(nonce(wallet.address()), 3);
		assert_eq!(balance(TO), 3_000);
		// Types 0 and 1 pay twice the base fee, type 2 the base fee and a tip of 7.
		let prices = [2 * BASE_FEE, 2 * BASE_FEE, BASE_FEE + 7];
		let fees = 21_000 * prices.iter().sum::<u128>();
		assert_eq!(balance(wallet.address()), FUNDS - 3_000 - fees);
		// The author has the tips; the base fee is gone.
		assert_eq!(balance(AUTHOR), fees - 3 * 21_000 * BASE_FEE);

		let block = end_block();
		assert_eq!(block.gas_used, 63_000);
		assert_eq!(block.base_fee, BASE_FEE.into());
		for (index, raw) in raws.into_iter().enumerate() {
			let hash = tx_hash(&raw);
			assert_eq!(Ethereum::transaction_index(hash), Some((1, index as u32)));
			assert_eq!(
				block.transactions[index],
				TransactionRecord { hash, from: wallet.address(), raw }
			);
			assert_eq!(
				block.receipts[index],
				Receipt {
					transaction_type: index as u8,
					success: true,
					gas_used: 21_000,
					cumulative_gas_used: 21_000 * (index as u64 + 1),
					effective_gas_price: prices[index].into(),
					contract_address: None,
					logs: vec![],
				}
			);
		}
	});
}

#[test]
fn whole_balance_can_be_sent() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = legacy(0, call(TO));
		tx.gas_limit = 21_000;
		tx.gas_price = BASE_FEE;
		tx.value = AlloyU256::from(FUNDS - 21_000 * BASE_FEE);
		apply_ok(wallet.raw(tx));
		assert_eq!(balance(wallet.address()), 0);
		assert_eq!(balance(TO), FUNDS - 21_000 * BASE_FEE);
		// The emptied account keeps its nonce: the transaction stays used.
		assert_eq!(nonce(wallet.address()), 1);
	});
}

#[test]
fn without_fees_only_the_value_is_paid() {
	execute(|| {
		GasIsFree::set(true);
		let wallet = Wallet::new(1);
		apply_ok(wallet.raw(eip1559(0, call(TO))));
		let mut tx = legacy(1, call(TO));
		tx.gas_price = 0;
		apply_ok(wallet.raw(tx));
		assert_eq!(balance(wallet.address()), FUNDS - 2_000);
		assert_eq!(balance(AUTHOR), 0);
		let block = end_block();
		assert_eq!(block.base_fee, U256::zero());
		for receipt in block.receipts {
			assert_eq!(receipt.effective_gas_price, U256::zero());
			assert_eq!(receipt.gas_used, 21_000);
		}
	});
}

#[test]
fn weight_does_not_fall_with_a_refund() {
	execute(|| {
		// Clears slot 0: SSTORE(0, 0).
		deploy(TO, &[0x5f, 0x5f, 0x55]);
		EVM::set_storage(&TO, H256::zero(), H256::repeat_byte(1));
		let raw = Wallet::new(1).raw(eip1559(0, call(TO)));
		let (_, info, _) = checked(raw.clone());
		let post = apply(raw.clone()).unwrap().unwrap();
		// EIP-3529: 21,000, two PUSH0 and a cold reset, of which 4,800 are refunded.
		let spent = 21_000 + 4 + 5_000;
		assert_eq!(end_block().gas_used, spent - 4_800);
		let declared = DeclaredCost { gas_limit: 100_000, ..Default::default() };
		let weight = Ethereum::weight_with_gas(raw.len(), spent, declared);
		assert_eq!(post.actual_weight, Some(weight + info.extension_weight));
	});
}

#[test]
fn contract_creation_works() {
	execute(|| {
		let wallet = Wallet::new(1);
		for nonce in [0, 1] {
			let mut tx = eip1559(nonce, TxKind::Create);
			tx.value = AlloyU256::ZERO;
			tx.input = Bytes::from(INIT.to_vec());
			let created = pallet_evm::create_address(&wallet.address(), nonce);
			let raw = wallet.raw(tx);
			assert_eq!(
				apply_ok(raw.clone()),
				Event::Executed {
					from: wallet.address(),
					to: created,
					transaction_hash: tx_hash(&raw),
					exit_reason: ExitReason::Succeed,
				}
			);
			assert_eq!(EVM::account_code(&created), vec![0]);
			let (_, receipt) = CurrentTransactions::<Test>::get().pop().unwrap();
			assert_eq!(receipt.contract_address, Some(created));
			assert!(receipt.success);
			assert!(receipt.gas_used > 53_000);
		}
	});
}

#[test]
fn failing_contract_creation_is_recorded_with_its_address() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = eip1559(0, TxKind::Create);
		tx.input = Bytes::from(LOGS_AND_REVERTS.to_vec());
		apply_ok(wallet.raw(tx));
		let created = pallet_evm::create_address(&wallet.address(), 0);
		let receipt = &end_block().receipts[0];
		assert!(!receipt.success);
		assert_eq!(receipt.contract_address, Some(created));
		assert_eq!(EVM::account_code(&created), Vec::<u8>::new());
		assert_eq!(balance(created), 0);
	});
}

#[test]
fn logs_are_recorded_in_order() {
	execute(|| {
		deploy(TO, LOGS);
		let wallet = Wallet::new(1);
		apply_ok(wallet.raw(eip1559(0, call(TO))));
		apply_ok(wallet.raw(eip1559(1, call(TO))));
		let block = end_block();
		let mut data = vec![0; 32];
		data[31] = 42;
		let log = pallet_evm::Log {
			address: TO,
			topics: vec![H256::from_low_u64_be(7), H256::from_low_u64_be(8)],
			data,
		};
		assert_eq!(block.receipts[0].logs, vec![log.clone()]);
		assert_eq!(block.receipts[1].logs, vec![log]);
		assert_eq!(block.gas_used, block.receipts[1].cumulative_gas_used);
	});
}

#[test]
fn reverting_call_is_recorded_and_paid() {
	execute(|| {
		deploy(TO, LOGS_AND_REVERTS);
		let wallet = Wallet::new(1);
		let raw = wallet.raw(eip1559(0, call(TO)));
		let event = apply_ok(raw.clone());
		assert_eq!(
			event,
			Event::Executed {
				from: wallet.address(),
				to: TO,
				transaction_hash: tx_hash(&raw),
				exit_reason: ExitReason::Revert,
			}
		);
		let receipt = end_block().receipts.remove(0);
		assert!(!receipt.success);
		assert_eq!(receipt.logs, vec![]);
		// 21,000, two PUSH1 each for LOG0 and REVERT, 375 for the log.
		assert_eq!(receipt.gas_used, 21_000 + 4 * 3 + 375);
		assert_eq!(balance(TO), 0);
		assert_eq!(nonce(wallet.address()), 1);
		assert_eq!(
			balance(wallet.address()),
			FUNDS - u128::from(receipt.gas_used) * (BASE_FEE + 7)
		);
	});
}

#[test]
fn halting_call_uses_all_gas() {
	execute(|| {
		deploy(TO, HALTS);
		let wallet = Wallet::new(1);
		let Event::Executed { exit_reason, .. } = apply_ok(wallet.raw(eip1559(0, call(TO)))) else {
			panic!("an Ethereum transaction is executed")
		};
		assert_eq!(exit_reason, ExitReason::Error(ExitError::DesignatedInvalid));
		let receipt = end_block().receipts.remove(0);
		assert!(!receipt.success);
		assert_eq!(receipt.gas_used, 100_000);
		assert_eq!(nonce(wallet.address()), 1);
	});
}

#[test]
fn call_of_locked_account_halts_and_pays() {
	execute(|| {
		let wallet = Wallet::new(1);
		Locked::set(vec![TO]);
		let Event::Executed { exit_reason, .. } = apply_ok(wallet.raw(eip1559(0, call(TO)))) else {
			panic!("an Ethereum transaction is executed")
		};
		assert_eq!(exit_reason, ExitReason::Error(ExitError::AccountLocked(TO)));
		assert_eq!(balance(TO), 0);
		Locked::set(vec![]);
		apply_ok(wallet.raw(eip1559(1, call(TO))));
		assert_eq!(balance(TO), 1_000);
	});
}

#[test]
fn delegation_by_authorization_list_works() {
	execute(|| {
		let (wallet, authority) = (Wallet::new(1), Wallet::new(2));
		let authorization = alloy_eips::eip7702::Authorization {
			chain_id: AlloyU256::from(CHAIN_ID),
			address: alloy_primitives::Address::from(TO.0),
			nonce: 0,
		};
		let signature = authority.signature(&authorization.signature_hash().0);
		let mut tx = eip7702(0, TO);
		tx.authorization_list = vec![authorization.into_signed(signature)];
		apply_ok(wallet.raw(tx));
		let receipt = end_block().receipts.remove(0);
		assert_eq!(receipt.transaction_type, 4);
		assert!(receipt.success);
		assert_eq!(
			EVM::account_code(&authority.address()),
			[&[0xef, 0x01, 0x00][..], &TO.0].concat()
		);
		assert_eq!(nonce(authority.address()), 1);
		// A delegated account still sends.
		begin_block(2);
		apply_ok(authority.raw(eip1559(1, call(TO))));
	});
}

/// EIP-3607 does not hold for delegations, whoever wrote them; the account clears its own.
#[test]
fn imported_delegation_sends_and_is_cleared() {
	execute(|| {
		let wallet = Wallet::new(1);
		let designator = [&[0xef, 0x01, 0x00][..], &TO.0].concat();
		EVM::set_nonce(&wallet.address(), 40).unwrap();
		EVM::set_code(&wallet.address(), designator.clone()).unwrap();
		apply_ok(wallet.raw(eip1559(40, call(TO))));
		apply_ok(wallet.raw(legacy(41, TxKind::Create)));
		assert_eq!(EVM::account_code(&wallet.address()), designator);

		// The sender's own nonce is used before the list is looked at.
		let clearing = alloy_eips::eip7702::Authorization {
			chain_id: AlloyU256::ZERO,
			address: alloy_primitives::Address::ZERO,
			nonce: 43,
		};
		let signature = wallet.signature(&clearing.signature_hash().0);
		let mut tx = eip7702(42, TO);
		tx.authorization_list = vec![clearing.into_signed(signature)];
		apply_ok(wallet.raw(tx));
		assert_eq!(EVM::account_code(&wallet.address()), Vec::<u8>::new());
		assert!(!EVM::has_code(&wallet.address()));
		assert_eq!(nonce(wallet.address()), 44);
		assert!(end_block().receipts.iter().all(|receipt| receipt.success));
	});
}

#[test]
fn senders_are_independent() {
	execute(|| {
		let (one, two) = (Wallet::new(1), Wallet::new(2));
		apply_ok(one.raw(eip1559(0, call(TO))));
		apply_ok(two.raw(eip1559(0, call(TO))));
		apply_ok(one.raw(eip1559(1, call(TO))));
		let block = end_block();
		let senders: Vec<_> = block.transactions.iter().map(|record| record.from).collect();
		assert_eq!(senders, vec![one.address(), two.address(), one.address()]);
		assert_eq!(U256::from(balance(TO)), U256::from(3_000));
	});
}
