//! What is kept of a block's Ethereum transactions.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use pallet_evm::Log;
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};

/// The Ethereum transactions of one block and what became of them.
///
/// `transactions` and `receipts` have the same length and order. Log indices and blooms follow from
/// the receipts and are computed by the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct EthereumBlock {
	/// In the order of execution.
	pub transactions: Vec<TransactionRecord>,
	/// One for each transaction, in the same order.
	pub receipts: Vec<Receipt>,
	/// The gas used by all of them. Only calls of the runtime itself can bring it above the block's gas
	/// limit.
	pub gas_used: u64,
	/// The base fee in wei per gas (EIP-1559), as it stood at the block's end.
	pub base_fee: U256,
}

/// What has to be known of a block to remove it, so that nothing of it is read for that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BlockRecord {
	/// Encoded length of its [`EthereumBlock`].
	pub bytes: u32,
	/// The hashes of its transactions, in order.
	pub hashes: Vec<H256>,
}

/// A transaction that was executed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct TransactionRecord {
	/// Keccak-256 of `raw`.
	pub hash: H256,
	/// The sender: whose key signed it, or who made the call.
	pub from: H160,
	/// The signed transaction in its EIP-2718 encoding, as it was submitted; of a call that nobody
	/// signed, a synthetic one.
	pub raw: Vec<u8>,
}

/// What a transaction did, with the fields of an Ethereum receipt.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Receipt {
	/// The EIP-2718 type of the transaction: 0, 1, 2 or 4.
	pub transaction_type: u8,
	/// Status 1 of Ethereum: neither reverted nor halted.
	pub success: bool,
	/// The gas paid for, refunds deducted.
	pub gas_used: u64,
	/// The gas used by this transaction and those before it in the block.
	pub cumulative_gas_used: u64,
	/// The price in wei that one gas cost the sender.
	pub effective_gas_price: U256,
	/// The address that a creation was for, also if it failed, as Ethereum's clients report it.
	pub contract_address: Option<H160>,
	/// Empty if the transaction did not succeed.
	pub logs: Vec<Log>,
}
