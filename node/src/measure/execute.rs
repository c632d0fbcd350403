//! The execution of one block, again and again.

use super::{
	calls,
	limits::Limits,
	report::{runtime_name, BlockReport, ClassWeights, Times},
	MeasureError,
};
use crate::service::FullClient;
use codec::{DecodeAll, Encode};
use frame_support::{dispatch::PerDispatchClass, weights::Weight, StorageHasher, Twox128};
use migration_runtime::{opaque::Block, Hash};
use sc_client_api::{BlockBackend, StorageProvider};
use sp_api::{ApiExt, Core, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::{storage::StorageKey, traits::CallContext};
use sp_runtime::{
	traits::{Block as BlockT, Header},
	DigestItem,
};
use std::time::{Duration, Instant};

/// The context in which blocks of the network are executed.
const IMPORT: CallContext = CallContext::Onchain { import: true };

/// What an execution took.
struct Spent {
	/// By the clock.
	time: Duration,
	/// Of the processor, where the system tells.
	processor: Option<Duration>,
}

/// Measures blocks of a chain.
pub(super) struct Measurer<'a> {
	/// The chain.
	pub(super) client: &'a FullClient,
	/// What a block may take.
	pub(super) limits: &'a Limits,
	/// How often a block is executed for its times.
	pub(super) repeat: u32,
}

impl Measurer<'_> {
	/// Measures the block of that number on the best chain.
	pub(super) fn block(&self, number: u32) -> Result<BlockReport, MeasureError> {
		let hash = self.client.hash(number)?.ok_or(MeasureError::NoBlock(number))?;
		let block = self.client.block(hash)?.ok_or(MeasureError::NoBlock(number))?.block;
		let block = without_seal(block);
		let parent = *block.header().parent_hash();
		self.check_runtime(number, parent)?;

		let proof_bytes = self.proof_bytes(number, parent, &block)?;
		self.execute(number, parent, &block)?;
		let (mut times, mut processor) = (Vec::new(), Vec::new());
		for _ in 0..self.repeat {
			let spent = self.execute(number, parent, &block)?;
			times.push(spent.time);
			processor.extend(spent.processor);
		}
		let executed = Times::of(times).ok_or(MeasureError::NoBlock(number))?;

		let length = block.extrinsics().iter().map(Encode::encoded_size).sum();
		let declared = self.declared(number, hash)?;
		Ok(BlockReport {
			number,
			hash,
			calls: calls::count(number, block.extrinsics())?,
			length,
			declared,
			executed,
			processor: Times::of(processor),
			proof_bytes,
			exceeded: self.limits.exceeded(&declared, length, proof_bytes),
		})
	}

	/// Limits and calls are those of the runtime that this program is built with.
	fn check_runtime(&self, block: u32, parent: Hash) -> Result<(), MeasureError> {
		let version = self
			.client
			.runtime_api()
			.version(parent)
			.map_err(|source| MeasureError::Execution { block, source })?;
		let found = format!("{}-{}", version.spec_name, version.spec_version);
		let known = runtime_name();
		if found != known {
			return Err(MeasureError::Runtime { block, found, known });
		}
		Ok(())
	}

	/// Executes the block and says how long it took.
	fn execute(&self, number: u32, parent: Hash, block: &Block) -> Result<Spent, MeasureError> {
		let mut api = self.client.runtime_api();
		api.set_call_context(IMPORT);
		let block = block.clone().into();
		let (started, before) = (Instant::now(), processor_time());
		api.execute_block(parent, block)
			.map_err(|source| MeasureError::Execution { block: number, source })?;
		let (time, after) = (started.elapsed(), processor_time());
		let processor = before.zip(after).map(|(before, after)| after.saturating_sub(before));
		Ok(Spent { time, processor })
	}

	/// Executes the block with a recorder, and gives the length of what it recorded.
	fn proof_bytes(&self, number: u32, parent: Hash, block: &Block) -> Result<usize, MeasureError> {
		let mut api = self.client.runtime_api();
		api.set_call_context(IMPORT);
		api.record_proof();
		api.execute_block(parent, block.clone().into())
			.map_err(|source| MeasureError::Execution { block: number, source })?;
		let proof = api.extract_proof().ok_or(MeasureError::NoProof(number))?;
		Ok(proof.encoded_size())
	}

	/// The weight that the block was charged for.
	fn declared(&self, block: u32, hash: Hash) -> Result<ClassWeights, MeasureError> {
		let key = [Twox128::hash(b"System"), Twox128::hash(b"BlockWeight")].concat();
		let Some(value) = self.client.storage(hash, &StorageKey(key))? else {
			return Ok(ClassWeights::default());
		};
		PerDispatchClass::<Weight>::decode_all(&mut value.0.as_slice())
			.map(ClassWeights::from)
			.map_err(|source| MeasureError::Weight { block, source })
	}
}

/// What this thread has taken of a processor so far, as Linux counts it: exact to a tick of the
/// scheduler, a few milliseconds. The runtime is executed in the thread that calls it.
fn processor_time() -> Option<Duration> {
	let counts = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
	counts.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The block as its author's runtime made it: a seal is put on it afterwards, and execution refuses
/// it.
fn without_seal(block: Block) -> Block {
	let (mut header, extrinsics) = block.deconstruct();
	header.digest_mut().logs.retain(|item| !matches!(item, DigestItem::Seal(..)));
	Block::new(header, extrinsics)
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_runtime::opaque::Header as OpaqueHeader;
	use sp_runtime::Digest;

	#[test]
	fn without_seal_keeps_the_other_digests() {
		let item = DigestItem::PreRuntime(*b"aura", vec![1]);
		let logs = vec![item.clone(), DigestItem::Seal(*b"aura", vec![2])];
		let header = OpaqueHeader::new(
			1,
			Hash::default(),
			Hash::default(),
			Hash::default(),
			Digest { logs },
		);
		let block = without_seal(Block::new(header, Vec::new()));
		assert_eq!(block.header().digest().logs, [item]);
	}
}
