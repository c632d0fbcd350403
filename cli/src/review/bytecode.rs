//! What bytecode shows without being run.

use std::collections::BTreeSet;

use migration_primitives::{hash::keccak256, H160, H256};

use crate::plan::pushes;

const EQ: u8 = 0x14;
const XOR: u8 = 0x18;
const SUB: u8 = 0x03;
const DUP1: u8 = 0x80;
const DUP16: u8 = 0x8f;
/// EIP-1167: what stands before and behind the address in a minimal proxy.
const MINIMAL_PROXY: ([u8; 10], [u8; 15]) = (
	[0x36, 0x3d, 0x3d, 0x37, 0x3d, 0x3d, 0x3d, 0x36, 0x3d, 0x73],
	[0x5a, 0xf4, 0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d, 0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3],
);

/// The first four bytes of the hash of a function's signature.
pub fn selector(signature: &str) -> [u8; 4] {
	keccak256(signature.as_bytes()).0.first_chunk().copied().unwrap_or_default()
}

/// The selectors that the code compares something with: those of its functions, as compilers write
/// them, and by chance others.
pub(super) fn selectors(code: &[u8]) -> BTreeSet<[u8; 4]> {
	let compared = |end: usize| {
		let mut behind = code.get(end..).unwrap_or_default().iter();
		let next = behind.find(|opcode| !(DUP1..=DUP16).contains(*opcode));
		next.is_some_and(|opcode| [EQ, XOR, SUB].contains(opcode))
	};
	pushes(code)
		.filter(|(offset, data)| data.len() <= 4 && compared(offset.saturating_add(data.len())))
		.map(|(_, data)| {
			let mut selector = [0; 4];
			if let Some(to) =
				4usize.checked_sub(data.len()).and_then(|from| selector.get_mut(from..))
			{
				to.copy_from_slice(data);
			}
			selector
		})
		.collect()
}

/// The words of 32 bytes that the code pushes, at most `limit` of them.
pub(super) fn words(code: &[u8], limit: usize) -> BTreeSet<H256> {
	let words = pushes(code).filter_map(|(_, data)| data.try_into().ok().map(H256));
	let mut found = BTreeSet::new();
	for word in words {
		if found.len() < limit {
			found.insert(word);
		}
	}
	found
}

/// The addresses that the code pushes.
pub(super) fn addresses(code: &[u8]) -> impl Iterator<Item = H160> + '_ {
	pushes(code)
		.filter_map(|(_, data)| data.try_into().ok().map(H160))
		.filter(|address| !address.is_zero() && *address != H160::repeat_byte(0xff))
}

/// Whose code a minimal proxy runs (EIP-1167).
pub(super) fn minimal_proxy(code: &[u8]) -> Option<H160> {
	let (before, behind) = MINIMAL_PROXY;
	let address = code.strip_prefix(&before)?.strip_suffix(&behind)?;
	address.try_into().ok().map(H160)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn selector_of_known_functions_works() {
		assert_eq!(selector("owner()"), [0x8d, 0xa5, 0xcb, 0x5b]);
		assert_eq!(selector("transfer(address,uint256)"), [0xa9, 0x05, 0x9c, 0xbb]);
	}

	#[test]
	fn selectors_of_a_dispatcher_works() {
		// DUP1 PUSH4 owner EQ; PUSH4 of a call that goes out, then SHL; PUSH3 with a leading zero, DUP2, EQ.
		let code = [
			&[0x80, 0x63, 0x8d, 0xa5, 0xcb, 0x5b, 0x14][..],
			&[0x63, 0xa9, 0x05, 0x9c, 0xbb, 0x60, 0xe0, 0x1b],
			&[0x62, 0x01, 0x02, 0x03, 0x81, 0x14],
		]
		.concat();
		let expected = BTreeSet::from([[0x8d, 0xa5, 0xcb, 0x5b], [0, 1, 2, 3]]);
		assert_eq!(selectors(&code), expected);
	}

	#[test]
	fn minimal_proxy_of_the_eip_works() {
		let target = H160::repeat_byte(0xbe);
		let (before, behind) = MINIMAL_PROXY;
		let code = [&before[..], target.as_bytes(), &behind].concat();
		assert_eq!(minimal_proxy(&code), Some(target));
		assert_eq!(addresses(&code).collect::<Vec<_>>(), [target]);
		assert_eq!(minimal_proxy(&code[1..]), None);
	}

	#[test]
	fn words_are_bounded_works() {
		let code: Vec<u8> =
			(0..9u8).flat_map(|byte| [[0x7f].to_vec(), vec![byte; 32]].concat()).collect();
		assert_eq!(words(&code, 64).len(), 9);
		assert_eq!(words(&code, 4).len(), 4);
	}
}
