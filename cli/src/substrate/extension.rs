//! The extensions of a transaction, by the names that the metadata gives.

use codec::{Compact, Encode};
use migration_primitives::H256;
use scale_info::{PortableRegistry, TypeDef};
use subxt::metadata::Metadata;

use super::SubstrateError;

/// The version of the set of extensions that is used: the first, which every runtime has.
pub(super) const EXTENSION_VERSION: u8 = 0;

/// For how long a transaction is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
	/// For ever.
	Immortal,
	/// From a block on, for this many blocks, a power of two from 4 to 65,536.
	Mortal {
		/// The number of blocks.
		period: u64,
		/// The block's number.
		from: u64,
		/// The block's hash.
		hash: H256,
	},
}

/// What extensions are filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExtensionValues {
	/// The signer's nonce. A general transaction without a signer may have any.
	pub(super) nonce: u64,
	/// The validity.
	pub(super) era: Era,
	/// The runtime's version.
	pub(super) spec_version: u32,
	/// The version of the runtime's transactions.
	pub(super) transaction_version: u32,
	/// The hash of the chain's first block.
	pub(super) genesis: H256,
}

/// The bytes of all extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExtensionBytes {
	/// What stands in the transaction.
	pub(super) explicit: Vec<u8>,
	/// What is signed in addition.
	pub(super) implicit: Vec<u8>,
}

/// Fills in the extensions in the order of the metadata.
pub(super) fn encode(
	metadata: &Metadata,
	values: &ExtensionValues,
) -> Result<ExtensionBytes, SubstrateError> {
	let extensions = metadata
		.extrinsic()
		.transaction_extensions_by_version(EXTENSION_VERSION)
		.ok_or_else(|| SubstrateError::Metadata { what: "transaction extensions".to_owned() })?;
	let mut bytes = ExtensionBytes { explicit: Vec::new(), implicit: Vec::new() };
	for extension in extensions {
		let identifier = extension.identifier();
		let known = encode_one(identifier, values, &mut bytes);
		let empty = is_empty(metadata.types(), extension.extra_ty(), 0)
			&& is_empty(metadata.types(), extension.additional_ty(), 0);
		if !known && !empty {
			return Err(SubstrateError::Extension { identifier: identifier.to_owned() });
		}
	}
	Ok(bytes)
}

/// Whether the extension is known; then it was added.
fn encode_one(identifier: &str, values: &ExtensionValues, bytes: &mut ExtensionBytes) -> bool {
	let ExtensionBytes { explicit, implicit } = bytes;
	match identifier {
		"CheckSpecVersion" => values.spec_version.encode_to(implicit),
		"CheckTxVersion" => values.transaction_version.encode_to(implicit),
		"CheckGenesis" => values.genesis.encode_to(implicit),
		"CheckMortality" => {
			values.era.encode_to(explicit);
			values.era.checkpoint(values.genesis).encode_to(implicit);
		}
		"CheckNonce" => Compact(values.nonce).encode_to(explicit),
		// No tip.
		"ChargeTransactionPayment" => Compact(0u128).encode_to(explicit),
		// No tip, and the native token.
		"ChargeAssetTxPayment" => (Compact(0u128), None::<()>).encode_to(explicit),
		// No hash of the metadata.
		"CheckMetadataHash" => {
			0u8.encode_to(explicit);
			None::<[u8; 32]>.encode_to(implicit);
		}
		// Its second variant: disabled.
		"VerifyMultiSignature" => 1u8.encode_to(explicit),
		_ => return false,
	}
	true
}

impl Era {
	/// The SDK's encoding of an era.
	fn encode_to(&self, out: &mut Vec<u8>) {
		match self {
			Self::Immortal => out.push(0),
			Self::Mortal { period, from, .. } => {
				let period = period.clamp(&4, &65_536).next_power_of_two();
				let quantize_factor = (period >> 12).max(1);
				let phase = (from % period) / quantize_factor;
				// At most 4,095 in twelve bits, and at most 15 in four.
				let low = period.trailing_zeros().saturating_sub(1).clamp(1, 15) as u16;
				let encoded = low | ((phase as u16) << 4);
				encoded.encode_to(out);
			}
		}
	}

	fn checkpoint(&self, genesis: H256) -> H256 {
		match self {
			Self::Immortal => genesis,
			Self::Mortal { hash, .. } => *hash,
		}
	}
}

/// Whether values of a type take no bytes.
fn is_empty(types: &PortableRegistry, id: u32, depth: u32) -> bool {
	// No type of an extension that takes no bytes is nested deeper.
	let Some(found) = types.resolve(id).filter(|_| depth < 16) else { return false };
	let deeper = depth.saturating_add(1);
	match &found.type_def {
		TypeDef::Composite(composite) => {
			composite.fields.iter().all(|field| is_empty(types, field.ty.id, deeper))
		}
		TypeDef::Tuple(tuple) => tuple.fields.iter().all(|field| is_empty(types, field.id, deeper)),
		TypeDef::Array(array) => array.len == 0 || is_empty(types, array.type_param.id, deeper),
		_ => false,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Examples of the SDK's own tests of eras.
	#[test]
	fn encode_of_known_eras_works() {
		let encode = |era: Era| {
			let mut bytes = Vec::new();
			era.encode_to(&mut bytes);
			bytes
		};
		let mortal = |period, from| Era::Mortal { period, from, hash: H256::zero() };
		assert_eq!(encode(Era::Immortal), [0]);
		// 5 + 42 % 64 / 1 * 16.
		assert_eq!(encode(mortal(64, 42)), [5 + 42 % 16 * 16, 42 / 16]);
		// 14 + (20000 % 32768) / 8 * 16 = 14 + 2500 * 16.
		assert_eq!(
			encode(mortal(32_768, 20_000)),
			[(14 + 2_500 % 16 * 16) as u8, (2_500 / 16) as u8]
		);
	}
}
