//! What the events of a block say of one of its transactions.

use migration_primitives::H256;
use subxt::{
	config::substrate::SpecVersionForRange, error::DispatchError, events::Phase, OfflineClient,
	SubstrateConfig,
};

use super::{Chain, Keys, SubstrateError};

impl Chain {
	/// Why the transaction at `index` of a block failed; `None` if it did not. For a call through
	/// sudo, the inner call counts.
	pub(super) async fn failure(
		&self,
		block: H256,
		index: u32,
	) -> Result<Option<String>, SubstrateError> {
		let bytes = self.value(&Keys::events(), block).await?.unwrap_or_default();
		let unreadable = |reason: String| self.node().answer("System.Events", &reason);
		let config = SubstrateConfig::builder()
			.set_metadata_for_spec_versions([(0, self.shared_metadata())])
			.set_spec_version_for_block_ranges([SpecVersionForRange {
				block_range: 0..u64::MAX,
				spec_version: 0,
				transaction_version: 0,
			}])
			.build();
		let client = OfflineClient::<SubstrateConfig>::new_with_config(config)
			.at_block(0u64)
			.map_err(|error| unreadable(error.to_string()))?;
		for event in client.events().from_bytes(bytes).iter() {
			let event = event.map_err(|error| unreadable(error.to_string()))?;
			if event.phase() != Phase::ApplyExtrinsic(index) {
				continue;
			}
			let error = match (event.pallet_name(), event.event_name()) {
				("System", "ExtrinsicFailed") => Some(event.field_bytes()),
				// `Result<(), DispatchError>`: 1 stands before an error.
				("Sudo", "Sudid" | "SudoAsDone") => event
					.field_bytes()
					.split_first()
					.filter(|(tag, _)| **tag == 1)
					.map(|split| split.1),
				_ => None,
			};
			if let Some(bytes) = error {
				let reason = DispatchError::decode_from(bytes, self.shared_metadata())
					.map(|error| error.to_string())
					.unwrap_or_else(|_| format!("error 0x{}", hex::encode(bytes)));
				return Ok(Some(reason));
			}
		}
		Ok(None)
	}
}
