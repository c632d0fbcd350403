//! Which calls a block holds.

use super::MeasureError;
use codec::{DecodeAll, Encode};
use frame_support::traits::GetCallMetadata;
use migration_runtime::{opaque, UncheckedExtrinsic};
use serde::Serialize;
use std::collections::BTreeMap;

/// The transactions of one call in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct CallUse {
	/// How many.
	pub(super) count: u32,
	/// Their bytes.
	pub(super) bytes: usize,
}

/// Counts the transactions of a block by the names of their calls, such as `Balances.transfer_all`.
pub(super) fn count(
	block: u32,
	extrinsics: &[opaque::UncheckedExtrinsic],
) -> Result<BTreeMap<String, CallUse>, MeasureError> {
	let mut calls: BTreeMap<String, CallUse> = BTreeMap::new();
	for (index, extrinsic) in extrinsics.iter().enumerate() {
		let bytes = extrinsic.encode();
		let decoded = UncheckedExtrinsic::decode_all(&mut bytes.as_slice())
			.map_err(|source| MeasureError::Extrinsic { block, index, source })?;
		let name = decoded.function.get_call_metadata();
		let entry =
			calls.entry(format!("{}.{}", name.pallet_name, name.function_name)).or_default();
		entry.count = entry.count.saturating_add(1);
		entry.bytes = entry.bytes.saturating_add(bytes.len());
	}
	Ok(calls)
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_runtime::{general_transaction, RuntimeCall};

	fn opaque(call: RuntimeCall) -> opaque::UncheckedExtrinsic {
		let bytes = general_transaction(call).encode();
		opaque::UncheckedExtrinsic::decode_all(&mut bytes.as_slice()).expect("it is a transaction")
	}

	#[test]
	fn count_of_two_calls_works() {
		let remark =
			|length: usize| opaque(frame_system::Call::remark { remark: vec![0; length] }.into());
		let other = opaque(pallet_migration::Call::activate { migration: 0 }.into());
		let block = [remark(0), other.clone(), remark(10)];
		let calls = count(1, &block).expect("the calls are known");
		let remarks = block[0].encode().len() + block[2].encode().len();
		assert_eq!(calls["System.remark"], CallUse { count: 2, bytes: remarks });
		assert_eq!(calls["Migration.activate"], CallUse { count: 1, bytes: other.encode().len() });
		assert_eq!(calls.len(), 2);
	}

	#[test]
	fn count_of_an_unknown_call_fails() {
		let unknown = opaque::UncheckedExtrinsic::from_blob(vec![5, 255, 255]);
		assert!(matches!(
			count(7, &[unknown]),
			Err(MeasureError::Extrinsic { block: 7, index: 0, .. })
		));
	}
}
