//! What the node's Ethereum RPC asks of the runtime about transactions.

// The macro generates items without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use sp_core::H256;
use sp_runtime::traits::Block as BlockT;

use crate::EthereumBlock;

sp_api::decl_runtime_apis! {
	/// Ethereum transactions: those executed lately, and the way in for new ones.
	pub trait EthereumRuntimeApi {
		/// The Ethereum transactions and receipts of block `number`; `None` if it is not kept any
		/// more, not there yet, or the genesis block. For an old block, ask at that block's state.
		fn block(number: u32) -> Option<EthereumBlock>;
		/// The block and the position in it of the transaction with this hash, while it is kept.
		fn transaction_index(hash: H256) -> Option<(u32, u32)>;
		/// The extrinsic that carries these EIP-2718 bytes; `None` if they are too long. The bytes
		/// are checked by the transaction pool, whose answer names the reason.
		fn convert_transaction(raw: Vec<u8>) -> Option<<Block as BlockT>::Extrinsic>;
	}
}
