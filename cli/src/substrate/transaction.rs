//! Signed transactions, followed until they are finalised.

use std::time::{Duration, Instant};

use codec::Encode;
use migration_primitives::H256;
use serde_json::json;
use sp_crypto_hashing::blake2_256;

use super::{
	extension::{self, Era, ExtensionValues},
	general::with_length,
	state::hex_text,
	Chain, RpcFailure, Signer, SubstrateError,
};

/// A signed transaction of version 4.
const SIGNED_V4: u8 = 0b1000_0000 | 4;
/// `MultiAddress::Id`.
const ADDRESS_ID: u8 = 0;
/// `MultiSignature::Sr25519`.
const SIGNATURE_SR25519: u8 = 1;
/// Blocks for which a signed transaction is valid.
const PERIOD: u64 = 64;
/// Longer payloads are hashed before they are signed.
const LONGEST_PAYLOAD: usize = 256;
const POLL: Duration = Duration::from_millis(200);
/// The longest time without a new finalised block.
const NO_BLOCKS: Duration = Duration::from_secs(300);
/// The pool has this transaction already.
const ALREADY_IMPORTED: i32 = 1013;
/// The pool had it a short while ago.
const BANNED: i32 = 1012;

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Included {
	/// The block's number.
	pub block: u32,
	/// The block's hash.
	pub hash: H256,
}

impl Chain {
	/// Wraps a call for the sudo key.
	pub fn sudo(&self, call: &[u8]) -> Result<Vec<u8>, SubstrateError> {
		let mut bytes = self.call_index("Sudo", "sudo")?.to_vec();
		bytes.extend_from_slice(call);
		Ok(bytes)
	}

	/// A call that does nothing but fill a transaction.
	pub fn remark(&self) -> Result<Vec<u8>, SubstrateError> {
		let mut bytes = self.call_index("System", "remark")?.to_vec();
		Vec::<u8>::new().encode_to(&mut bytes);
		Ok(bytes)
	}

	/// Signs and submits a call and waits until it is finalised. Its failure is an error.
	///
	/// `name` is for messages.
	pub async fn execute(
		&self,
		signer: &Signer,
		name: &str,
		call: &[u8],
	) -> Result<Included, SubstrateError> {
		let from = self.finalized().await?;
		let nonce: u64 =
			self.node().request("system_accountNextIndex", vec![json!(signer.ss58())]).await?;
		let era = Era::Mortal { period: PERIOD, from: from.number.into(), hash: from.hash };
		let bytes = self.signed_transaction(signer, call, nonce, era)?;
		let (text, hash) = (hex_text(&bytes), H256(blake2_256(&bytes)));
		let mut generation = None;
		let mut scanned = from.number;
		let mut progress = Instant::now();
		loop {
			if generation != Some(self.node().generation()) {
				// At first, and again to a node that may have lost its pool.
				let again = generation.is_some();
				self.submit_signed(&text, again).await?;
				generation = Some(self.node().generation());
			}
			let finalized = self.finalized().await?;
			while scanned < finalized.number {
				scanned = scanned.saturating_add(1);
				progress = Instant::now();
				let Some(block) = self.block_hash(scanned).await? else { break };
				let position =
					self.extrinsics(block).await?.iter().position(|other| *other == text);
				if let Some(index) = position {
					let included = Included { block: scanned, hash: block };
					// A block holds fewer than 2^32 transactions.
					return match self.failure(block, index as u32).await? {
						None => Ok(included),
						Some(reason) => Err(SubstrateError::Failed {
							call: name.to_owned(),
							block: scanned,
							reason,
						}),
					};
				}
			}
			if u64::from(scanned) > u64::from(from.number).saturating_add(PERIOD) {
				let call = name.to_owned();
				return Err(SubstrateError::NotIncluded { call, hash, block: scanned });
			}
			if progress.elapsed() > NO_BLOCKS {
				return Err(SubstrateError::NoBlocks { after: NO_BLOCKS });
			}
			tokio::time::sleep(POLL).await;
		}
	}

	/// Gives a transaction to the pool.
	pub async fn submit(&self, bytes: &[u8]) -> Result<Result<H256, RpcFailure>, SubstrateError> {
		self.node().try_request("author_submitExtrinsic", vec![json!(hex_text(bytes))]).await
	}

	/// Whatever the pool says of a transaction that it was given before, the blocks tell.
	async fn submit_signed(&self, text: &str, again: bool) -> Result<(), SubstrateError> {
		const METHOD: &str = "author_submitExtrinsic";
		let result: Result<H256, RpcFailure> =
			self.node().try_request(METHOD, vec![json!(text)]).await?;
		match result {
			Ok(_) => Ok(()),
			Err(_) if again => Ok(()),
			// A request that the connection lost was made twice.
			Err(RpcFailure { code: ALREADY_IMPORTED | BANNED, .. }) => Ok(()),
			Err(RpcFailure { code, message }) => Err(SubstrateError::Refused {
				url: self.node().url().to_owned(),
				method: METHOD.to_owned(),
				code,
				message,
			}),
		}
	}

	fn signed_transaction(
		&self,
		signer: &Signer,
		call: &[u8],
		nonce: u64,
		era: Era,
	) -> Result<Vec<u8>, SubstrateError> {
		let values = ExtensionValues {
			nonce,
			era,
			spec_version: self.version().spec_version,
			transaction_version: self.version().transaction_version,
			genesis: self.genesis(),
		};
		let extensions = extension::encode(self.metadata(), &values)?;
		let payload = [call, &extensions.explicit, &extensions.implicit].concat();
		let signature = match payload.len() > LONGEST_PAYLOAD {
			true => signer.sign(&blake2_256(&payload)),
			false => signer.sign(&payload),
		};
		let mut body = vec![SIGNED_V4, ADDRESS_ID];
		body.extend_from_slice(signer.account().as_ref());
		body.push(SIGNATURE_SR25519);
		body.extend_from_slice(&signature);
		body.extend_from_slice(&extensions.explicit);
		body.extend_from_slice(call);
		Ok(with_length(&body))
	}
}
