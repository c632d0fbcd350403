//! General transactions: version 5, with extensions and without a signature.

use codec::{Compact, Encode};
use migration_primitives::H256;
use subxt::metadata::Metadata;

use super::{
	extension::{self, Era, ExtensionValues, EXTENSION_VERSION},
	SubstrateError,
};

/// The two highest bits tell a general transaction, the others version 5.
const GENERAL_V5: u8 = 0b0100_0000 | 5;

/// The bytes of a general transaction of `call`.
///
/// `variation` stands in the nonce, which nobody looks at in a transaction without a signer, and
/// gives the same call another hash: a node that banned one hash takes another.
pub fn general_transaction(
	metadata: &Metadata,
	call: &[u8],
	variation: u64,
) -> Result<Vec<u8>, SubstrateError> {
	let values = ExtensionValues {
		nonce: variation,
		era: Era::Immortal,
		// What is only signed does not stand in the transaction.
		spec_version: 0,
		transaction_version: 0,
		genesis: H256::zero(),
	};
	let bytes = extension::encode(metadata, &values)?;
	let mut body = vec![GENERAL_V5, EXTENSION_VERSION];
	body.extend_from_slice(&bytes.explicit);
	body.extend_from_slice(call);
	Ok(with_length(&body))
}

/// A transaction stands behind its length.
pub(super) fn with_length(body: &[u8]) -> Vec<u8> {
	// A transaction of 4 GiB fits no block, and no message of this program.
	let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
	let mut bytes = Compact(length).encode();
	bytes.extend_from_slice(body);
	bytes
}
