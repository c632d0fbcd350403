//! The largest manifest that a chain takes.

use anyhow::{anyhow, ensure, Context, Result};
use evm_migrate::bundle::Manifest;
use migration_primitives::{
	hash::keccak256,
	limits::{MAX_HEADER_BYTES, MAX_POST_IMPORT_CALLS},
	manifest::PostImportCall,
	H256,
};

/// RLP of a list, and of a string, whose length takes two bytes.
const LIST: u8 = 0xf9;
const STRING: u8 = 0xb9;
/// Such a byte with the length behind it.
const PREFIX: usize = 3;

/// The same migration with the longest header, these calls after the import, and as many hashes of
/// others behind them as there can be.
pub(super) fn largest(manifest: &Manifest, calls: &[PostImportCall]) -> Result<Manifest> {
	let mut manifest = manifest.clone();
	let header = lengthened(&manifest.source.header)?;
	manifest.source.hash = keccak256(&header);
	manifest.source.header = header.try_into().map_err(|_| anyhow!("the header is too long"))?;
	let others = (calls.len() as u64..u64::from(MAX_POST_IMPORT_CALLS)).map(H256::from_low_u64_be);
	let hashes: Vec<H256> = calls.iter().map(PostImportCall::hash).chain(others).collect();
	manifest.post_import_calls = hashes.try_into().map_err(|_| anyhow!("too many calls"))?;
	manifest.check()?;
	Ok(manifest)
}

/// A header with one more field, of so many bytes that the whole has the most.
fn lengthened(header: &[u8]) -> Result<Vec<u8>> {
	ensure!(header.first() == Some(&LIST), "the header is shorter or longer than Ethereum's");
	let filler = (MAX_HEADER_BYTES as usize)
		.checked_sub(header.len())
		.and_then(|left| left.checked_sub(PREFIX))
		.context("the header is longer than Ethereum's")?;
	let mut payload = header.get(PREFIX..).unwrap_or_default().to_vec();
	payload.push(STRING);
	payload.extend(u16::try_from(filler)?.to_be_bytes());
	payload.extend(vec![0x5a; filler]);
	let length = u16::try_from(payload.len())?.to_be_bytes();
	Ok([&[LIST][..], &length, &payload].concat())
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::header::parse;

	/// As many bytes as Ethereum's headers have, zeros in each field.
	fn header() -> Vec<u8> {
		let string = |prefix: &[u8], length: usize| [prefix, &vec![0u8; length]].concat();
		let words = |count: usize| string(&[0xa0], 32).repeat(count);
		let (address, bloom) = (string(&[0x94], 20), string(&[0xb9, 1, 0], 256));
		// Five integers and no extra data.
		let (empty, nonce) = (vec![0x80u8; 6], string(&[0x88], 8));
		let fields =
			[words(2), address, words(3), bloom, empty, words(1), nonce, words(1)].concat();
		let length = (fields.len() as u16).to_be_bytes();
		[&[LIST][..], &length, &fields].concat()
	}

	#[test]
	fn lengthened_header_has_the_most_bytes_and_the_same_root() -> Result<()> {
		let header = header();
		let long = lengthened(&header)?;
		assert_eq!(long.len(), MAX_HEADER_BYTES as usize);
		let (before, after) = (parse(&header)?, parse(&long)?);
		assert_eq!(
			(before.state_root, before.number, before.timestamp),
			(after.state_root, after.number, after.timestamp)
		);
		assert_eq!(after.hash, keccak256(&long));
		Ok(())
	}

	#[test]
	fn lengthened_of_the_longest_header_fails() -> Result<()> {
		let long = lengthened(&header())?;
		assert!(lengthened(&long).is_err());
		assert!(lengthened(&[0xc0]).is_err());
		Ok(())
	}
}
