//! What the events of a block say of its transactions.

use migration_primitives::H256;
use subxt::{
	config::substrate::SpecVersionForRange, error::DispatchError, events::Phase,
	metadata::ArcMetadata, OfflineClient, SubstrateConfig,
};

use super::{Chain, Keys, SubstrateError};

/// Bytes of the hash that an executed motion's event begins with.
const MOTION_HASH: usize = 32;

impl Chain {
	/// Why the transaction at `index` of a block failed; `None` if it did not. For a call through
	/// sudo, or of a council that executed it at once, the inner call counts.
	pub(super) async fn failure(
		&self,
		block: H256,
		index: u32,
	) -> Result<Option<String>, SubstrateError> {
		for event in self.all_events(block).await? {
			if event.phase != Phase::ApplyExtrinsic(index) {
				continue;
			}
			let error = match (event.pallet.as_str(), event.name.as_str()) {
				("System", "ExtrinsicFailed") => Some(event.fields.as_slice()),
				// `Result<(), DispatchError>`: 1 stands before an error.
				("Sudo", "Sudid" | "SudoAsDone") => {
					event.fields.split_first().filter(|(tag, _)| **tag == 1).map(|split| split.1)
				}
				("Council", "Executed" | "MemberExecuted") => {
					let result = event.fields.split_at_checked(MOTION_HASH).map(|split| split.1);
					let tagged = result.and_then(<[u8]>::split_first);
					tagged.filter(|(tag, _)| **tag == 1).map(|split| split.1)
				}
				_ => None,
			};
			if let Some(bytes) = error {
				return Ok(Some(self.dispatch_error(bytes)));
			}
		}
		Ok(None)
	}

	/// The fields, as SCALE, of every event of one kind in a block.
	pub async fn events(
		&self,
		block: H256,
		pallet: &str,
		name: &str,
	) -> Result<Vec<Vec<u8>>, SubstrateError> {
		let events = self.all_events(block).await?.into_iter();
		let wanted = events.filter(|event| event.pallet == pallet && event.name == name);
		Ok(wanted.map(|event| event.fields).collect())
	}

	/// The names (pallet and event with a dot between) of all events of the transaction that emitted
	/// the event whose fields begin with `fields`; `None` where there is no such event.
	pub async fn companions(
		&self,
		block: H256,
		pallet: &str,
		name: &str,
		fields: &[u8],
	) -> Result<Option<Vec<String>>, SubstrateError> {
		let events = self.all_events(block).await?;
		let found = events.iter().find(|event| {
			event.pallet == pallet && event.name == name && event.fields.starts_with(fields)
		});
		let Some(phase) = found.map(|event| event.phase) else { return Ok(None) };
		let companions = events.iter().filter(|event| event.phase == phase);
		Ok(Some(companions.map(|event| format!("{}.{}", event.pallet, event.name)).collect()))
	}

	/// A dispatch error in words; those of a pallet with what the pallet says of them.
	pub fn dispatch_error(&self, bytes: &[u8]) -> String {
		let error = match DispatchError::decode_from(bytes, self.shared_metadata()) {
			Ok(error) => error,
			Err(_) => return format!("error 0x{}", hex::encode(bytes)),
		};
		let docs = match &error {
			DispatchError::Module(module) => module.details().ok().map(|details| {
				let lines: Vec<&str> =
					details.variant.docs.iter().map(|line| line.trim()).collect();
				lines.join(" ")
			}),
			_ => None,
		};
		match docs.filter(|docs| !docs.is_empty()) {
			Some(docs) => format!("{error}: {docs}"),
			None => error.to_string(),
		}
	}

	async fn all_events(&self, block: H256) -> Result<Vec<Event>, SubstrateError> {
		self.events_by(block, self.shared_metadata()).await
	}

	/// All events of a block in their order, by the metadata of the runtime that wrote them.
	///
	/// Errs with [`SubstrateError::Refused`] where the node does not have the block's state or the events
	/// are longer than its answers, and with [`SubstrateError::Answer`] where the metadata is of another
	/// runtime.
	pub(crate) async fn events_by(
		&self,
		block: H256,
		metadata: ArcMetadata,
	) -> Result<Vec<Event>, SubstrateError> {
		let bytes = self.value(&Keys::events(), block).await?.unwrap_or_default();
		let unreadable = |reason: String| self.node().answer("System.Events", &reason);
		let config = SubstrateConfig::builder()
			.set_metadata_for_spec_versions([(0, metadata)])
			.set_spec_version_for_block_ranges([SpecVersionForRange {
				block_range: 0..u64::MAX,
				spec_version: 0,
				transaction_version: 0,
			}])
			.build();
		let client = OfflineClient::<SubstrateConfig>::new_with_config(config)
			.at_block(0u64)
			.map_err(|error| unreadable(error.to_string()))?;
		let mut events = Vec::new();
		for event in client.events().from_bytes(bytes).iter() {
			let event = event.map_err(|error| unreadable(error.to_string()))?;
			events.push(Event {
				phase: event.phase(),
				pallet: event.pallet_name().to_owned(),
				name: event.event_name().to_owned(),
				fields: event.field_bytes().to_vec(),
			});
		}
		Ok(events)
	}
}

/// An event of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
	/// When it was emitted: by which transaction, or before or after all of them.
	pub(crate) phase: Phase,
	/// The pallet's name.
	pub(crate) pallet: String,
	/// Its own name.
	pub(crate) name: String,
	/// Its fields as SCALE.
	pub(crate) fields: Vec<u8>,
}
