//! How long blocks are kept.

use codec::Encode;
use frame_support::{assert_noop, traits::Hooks};
use hex_literal::hex;
use sp_core::{H160, H256};
use sp_io::hashing::keccak_256;

use super::wallet::{call, eip1559, Wallet};
use crate::{
	mock::*, retention::MAX_BLOCKS_PRUNED, BlockGasUsed, BlockRecord, BlockRecords, Blocks,
	CurrentTransactions, Error, EthereumBlock, OldestBlock, Removed, TransactionIndex, WeightInfo,
};

const TO: H160 = H160::repeat_byte(0x77);

/// Puts one transaction into each block up to, but without, `until`; gives their hashes.
fn fill_until(until: u32) -> Vec<H256> {
	let wallet = Wallet::new(1);
	(System::block_number()..until)
		.map(|_| {
			let raw = wallet.raw(eip1559(nonce(wallet.address()), call(TO)));
			apply_ok(raw.clone());
			next_block();
			keccak_256(&raw).into()
		})
		.collect()
}

fn kept_blocks() -> Vec<u32> {
	let mut numbers: Vec<u32> = Blocks::<Test>::iter_keys().collect();
	numbers.sort_unstable();
	numbers
}

#[test]
fn empty_block_is_kept() {
	execute(|| {
		let empty = EthereumBlock { base_fee: BASE_FEE.into(), ..Default::default() };
		assert_eq!(end_block(), empty);
		assert_eq!(Ethereum::block(0), None);
		assert_eq!(Ethereum::block(2), None);
	});
}

#[test]
fn end_of_block_empties_what_is_current() {
	execute(|| {
		fill_until(2);
		assert!(!CurrentTransactions::<Test>::exists());
		assert!(!BlockGasUsed::<Test>::exists());
	});
}

#[test]
fn blocks_are_kept_for_the_retention() {
	execute(|| {
		let hashes = fill_until(RETENTION + 1);
		// In block RETENTION + 1 the first is still there.
		assert_eq!(kept_blocks(), (1..=RETENTION).collect::<Vec<_>>());
		assert_eq!(Ethereum::transaction_index(hashes[0]), Some((1, 0)));

		next_block();
		assert_eq!(kept_blocks(), (2..=RETENTION + 1).collect::<Vec<_>>());
		assert_eq!(Ethereum::transaction_index(hashes[0]), None);
		assert_eq!(Ethereum::transaction_index(hashes[1]), Some((2, 0)));
		assert_eq!(OldestBlock::<Test>::get(), Some(2));
	});
}

#[test]
fn state_does_not_grow_with_the_chain() {
	execute(|| {
		fill_until(30);
		assert_eq!(kept_blocks(), (30 - RETENTION..30).collect::<Vec<_>>());
		assert_eq!(TransactionIndex::<Test>::iter().count(), RETENTION as usize);
	});
}

#[test]
fn lower_retention_is_caught_up_with() {
	execute(|| {
		ReceiptRetention::set(20);
		fill_until(21);
		assert_eq!(kept_blocks().len(), 20);
		ReceiptRetention::set(4);
		let mut kept = 20;
		while kept > 4 {
			next_block();
			kept = kept + 1 - MAX_BLOCKS_PRUNED as usize;
			assert_eq!(kept_blocks().len(), kept);
			Ethereum::do_try_state().unwrap();
		}
		next_block();
		let now = System::block_number();
		assert_eq!(kept_blocks(), (now - 4..now).collect::<Vec<_>>());
	});
}

#[test]
fn on_initialize_weighs_what_it_removes() {
	execute(|| {
		type Weights = <Test as crate::Config>::WeightInfo;
		let wallet = Wallet::new(1);
		apply_ok(wallet.raw(eip1559(0, call(TO))));
		apply_ok(wallet.raw(eip1559(1, call(TO))));
		let bytes = end_block().encoded_size() as u64;
		let nothing = Removed::default();
		assert_eq!(Ethereum::on_initialize(1 + RETENTION), Weights::on_initialize(nothing));
		let removed = Removed { blocks: 1, transactions: 2, bytes };
		assert_eq!(Ethereum::on_initialize(2 + RETENTION), Weights::on_initialize(removed));
		assert_eq!(TransactionIndex::<Test>::iter().count(), 0);
		assert_eq!(BlockRecords::<Test>::iter().count(), 0);
	});
}

/// A block's logs take far more bytes than its transactions.
#[test]
fn on_initialize_weighs_the_bytes_of_logs() {
	execute(|| {
		type Weights = <Test as crate::Config>::WeightInfo;
		// LOG0 of 8,192 bytes.
		EVM::set_code(&TO, hex!("6120006000a0").to_vec()).unwrap();
		apply_ok(Wallet::new(1).raw(eip1559(0, call(TO))));
		assert!(end_block().receipts[0].success);
		let BlockRecord { bytes, hashes } = BlockRecords::<Test>::get(1).unwrap();
		assert!(bytes > 8_192 && hashes.len() == 1);
		let removed = Removed { blocks: 1, transactions: 1, bytes: bytes.into() };
		let weight = Ethereum::on_initialize(2 + RETENTION);
		assert_eq!(weight, Weights::on_initialize(removed));
		let without_bytes = Weights::on_initialize(Removed { bytes: 0, ..removed });
		assert_eq!(weight.ref_time() - without_bytes.ref_time(), 1_000 * u64::from(bytes));
	});
}

/// The value of a block is several megabytes at worst: nothing of it enters the runtime, or a proof.
#[test]
fn removal_does_not_read_the_block() {
	execute(|| {
		fill_until(2);
		let key = Blocks::<Test>::hashed_key_for(1);
		frame_support::storage::unhashed::put_raw(&key, b"not a block");
		BlockRecords::<Test>::mutate(1, |record| record.as_mut().unwrap().bytes = 11);
		let removed = Removed { blocks: 1, transactions: 1, bytes: 11 };
		let weight = Ethereum::on_initialize(2 + RETENTION);
		assert_eq!(weight, <Test as crate::Config>::WeightInfo::on_initialize(removed));
		assert!(!Blocks::<Test>::contains_key(1));
		assert_eq!(TransactionIndex::<Test>::iter().count(), 0);
	});
}

#[test]
#[should_panic(expected = "the heaviest removal of old blocks")]
fn removal_that_a_block_has_no_room_for_fails() {
	execute(|| {
		Ethereum::check_removal();
		BlockGasLimit::set(u64::MAX);
		Ethereum::check_removal();
	});
}

#[test]
fn pallet_that_joins_a_running_chain_starts_there() {
	execute(|| {
		System::set_block_number(1_000);
		end_block();
		assert_eq!(OldestBlock::<Test>::get(), Some(1_000));
		assert_eq!(kept_blocks(), vec![1_000]);
	});
}

#[test]
fn index_of_a_repeated_transaction_survives_the_removal_of_the_first() {
	execute(|| {
		let wallet = Wallet::new(1);
		let raw = wallet.raw(eip1559(0, call(TO)));
		let hash = H256(keccak_256(&raw));
		apply_ok(raw.clone());
		next_block();
		// An account that is removed and made again starts at nonce 0.
		EVM::set_nonce(&wallet.address(), 0).unwrap();
		apply_ok(raw);
		next_block();
		assert_eq!(Ethereum::transaction_index(hash), Some((2, 0)));
		while System::block_number() < RETENTION + 2 {
			next_block();
		}
		assert_eq!(kept_blocks()[0], 2);
		assert_eq!(Ethereum::transaction_index(hash), Some((2, 0)));
	});
}

#[test]
fn refused_dispatch_records_nothing() {
	execute(|| {
		let wallet = Wallet::new(1);
		let transact = |raw: Vec<u8>| {
			let origin = frame_system::RawOrigin::Authorized.into();
			Ethereum::transact(origin, raw.try_into().unwrap()).map_err(|error| error.error)
		};
		// Nothing but the argument is relied on, should authorisation be missing.
		let raw = wallet.raw(eip1559(0, call(TO)));
		assert_noop!(transact(vec![2, 0]), Error::<Test>::InvalidTransaction);
		assert_noop!(
			transact(wallet.raw(eip1559(1, call(TO)))),
			pallet_evm::Error::<Test>::InvalidNonce
		);
		BlockGasLimit::set(99_999);
		assert_noop!(transact(raw.clone()), Error::<Test>::BlockGasLimitReached);
		BlockGasLimit::set(100_000);
		assert!(transact(raw).is_ok());
		assert_eq!(CurrentTransactions::<Test>::decode_len(), Some(1));
	});
}
