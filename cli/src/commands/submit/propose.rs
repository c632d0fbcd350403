//! Proposing a manifest: by the sudo key, by a member of the council, or as a printed call.

use anyhow::Result;
use codec::{Compact, Encode};
use migration_primitives::{status::Stage, H256};
use serde_json::json;
use sp_crypto_hashing::blake2_256;

use super::{find, SubmitError};
use crate::{
	args::{ProposeWith, SubmitArgs},
	bundle::{Bundle, Manifest},
	console::{Console, Outcome},
	substrate::{Chain, Signer, SubstrateError},
};

/// The call that proposes a manifest, as SCALE.
pub(in crate::commands) fn proposal(
	chain: &Chain,
	manifest: &Manifest,
) -> Result<Vec<u8>, SubstrateError> {
	let mut call = chain.call_index("Migration", "propose")?.to_vec();
	manifest.encode_to(&mut call);
	Ok(call)
}

/// The hash by which the SDK's governance names a call.
pub(in crate::commands) fn call_hash(call: &[u8]) -> H256 {
	H256(blake2_256(call))
}

/// Prints the call for a referendum or a multisignature, which somebody else brings.
pub(super) fn print(chain: &Chain, bundle: &Bundle) -> Result<Outcome> {
	let call = proposal(chain, &bundle.manifest)?;
	let (manifest, hash, length) = (bundle.manifest_hash, call_hash(&call), call.len());
	let (name, version) = chain.runtime();
	let bytes = format!("0x{}", hex::encode(&call));
	let text = format!(
		"call {bytes}\nhash {hash:?} (Blake2-256), {length} bytes\nmanifest {manifest:?}\n\
		 made for {name} version {version}: decode it before it is signed (polkadot.js, Developer, \
		 Extrinsics, Decode). A referendum takes the call as a preimage (preimage.notePreimage) \
		 or names its hash and length. Nothing was sent."
	);
	let data = json!({
		"proposed": false,
		"call": bytes,
		"call_hash": hash,
		"call_length": length,
		"manifest": manifest,
		"spec_name": name,
		"spec_version": version,
	});
	Ok(Outcome::done(data, text))
}

/// Proposes, unless others do. Whether the migration is there, the chain's storage tells.
pub(super) async fn propose(
	chain: &Chain,
	bundle: &Bundle,
	args: &SubmitArgs,
	console: &Console,
) -> Result<()> {
	let (manifest, call) = (bundle.manifest_hash, proposal(chain, &bundle.manifest)?);
	let (name, call) = match args.propose_with {
		ProposeWith::Sudo => {
			console.say(format!("proposing the manifest {manifest:?} through sudo"));
			("Migration.propose", chain.sudo(&call)?)
		}
		ProposeWith::Council => {
			let threshold = args.council_threshold.ok_or(SubmitError::NoThreshold)?;
			console.say(format!(
				"moving the manifest {manifest:?} in the council: motion {:?}, {threshold} must agree",
				call_hash(&call),
			));
			("Council.propose", motion(chain, threshold, &call)?)
		}
		ProposeWith::Print | ProposeWith::Wait => return Ok(()),
	};
	let signer = Signer::from_args(&args.signer)?;
	match chain.execute(&signer, name, &call).await {
		Ok(_) => Ok(()),
		Err(error @ SubstrateError::Failed { .. }) => {
			// A run that was stopped may have proposed it, or made the motion.
			let at = chain.finalized().await?.hash;
			let found = find(chain, manifest, at).await?;
			let made = found.is_some_and(|(_, record)| record.stage != Stage::Aborted);
			let moved = args.propose_with == ProposeWith::Council
				&& error.to_string().contains("DuplicateProposal");
			match made || moved {
				true => Ok(()),
				false => Err(error.into()),
			}
		}
		Err(error) => Err(error.into()),
	}
}

/// `Council.propose(threshold, proposal, length_bound)` of the SDK's pallet of collectives.
pub(in crate::commands) fn motion(
	chain: &Chain,
	threshold: u32,
	call: &[u8],
) -> Result<Vec<u8>, SubstrateError> {
	let mut bytes = chain.call_index("Council", "propose")?.to_vec();
	bytes.extend_from_slice(&motion_arguments(threshold, call));
	Ok(bytes)
}

fn motion_arguments(threshold: u32, call: &[u8]) -> Vec<u8> {
	// A call of 4 GiB fits no transaction.
	let length = u32::try_from(call.len()).unwrap_or(u32::MAX);
	let mut bytes = Compact(threshold).encode();
	bytes.extend_from_slice(call);
	Compact(length).encode_to(&mut bytes);
	bytes
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn motion_arguments_are_threshold_call_and_length_works() {
		// 2 and 70 as compact integers: 2 << 2, and 70 << 2 | 1 in two bytes.
		let expected = [&[8][..], &[7; 70], &[0x19, 0x01]].concat();
		assert_eq!(motion_arguments(2, &[7; 70]), expected);
	}

	#[test]
	fn call_hash_is_blake2_works() {
		// BLAKE2b with 32 bytes of output, of nothing.
		let expected = "0x0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
		assert_eq!(format!("{:?}", call_hash(&[])), expected);
	}
}
