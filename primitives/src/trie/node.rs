//! Encodings of nodes, and how their parents refer to them.

use alloc::vec::Vec;

use alloy_rlp::{BufMut, Header, EMPTY_STRING_CODE};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use super::{nibble, put_string, string_length, KEY_NIBBLES};
use crate::hash::keccak256;

/// Flag of a leaf in the first byte of an encoded path.
const LEAF_FLAG: u8 = 0x20;
/// Flag of a path with an odd number of nibbles.
const ODD_FLAG: u8 = 0x10;

/// How a parent refers to a node: by its hash, or, below 32 bytes, by the node itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub(super) struct Reference {
	/// 32 for a hash, 1 to 31 for a node.
	length: u8,
	bytes: [u8; 32],
}

impl Reference {
	/// The reference to a node with this encoding.
	pub(super) fn to(node: &[u8]) -> Self {
		let mut bytes = [0; 32];
		match bytes.get_mut(..node.len()) {
			Some(short) if node.len() < 32 => {
				short.copy_from_slice(node);
				Self { length: node.len() as u8, bytes }
			}
			_ => Self { length: 32, bytes: keccak256(node).0 },
		}
	}

	/// Length of the reference inside a node.
	fn encoded_length(&self) -> usize {
		match self.length {
			32 => 33,
			length => usize::from(length),
		}
	}

	fn put(&self, out: &mut Vec<u8>) {
		let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes);
		if bytes.len() == 32 {
			out.put_u8(EMPTY_STRING_CODE + 32);
		}
		out.put_slice(bytes);
	}
}

/// A branch while its children come in, in the order of their nibbles.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub(super) struct Branch {
	/// The number of nibbles above it.
	pub(super) depth: u8,
	/// Bit `n`: whether there is a child for nibble `n`.
	present: u16,
	children: [Reference; 16],
}

impl Branch {
	pub(super) fn new(depth: usize) -> Self {
		let none = Reference { length: 0, bytes: [0; 32] };
		Self { depth: depth as u8, present: 0, children: [none; 16] }
	}

	pub(super) fn set(&mut self, nibble: u8, child: Reference) {
		if let Some(place) = self.children.get_mut(usize::from(nibble)) {
			*place = child;
			self.present |= 1 << nibble;
		}
	}

	fn child(&self, index: usize) -> Option<&Reference> {
		self.children.get(index).filter(|_| self.present & (1 << index) != 0)
	}

	/// Replaces `out` with the node.
	pub(super) fn encode_to(&self, out: &mut Vec<u8>) {
		let lengths = (0..16).map(|index| self.child(index).map_or(1, Reference::encoded_length));
		// The last item is the value, which no branch has.
		let payload_length = lengths.sum::<usize>() + 1;
		out.clear();
		Header { list: true, payload_length }.encode(out);
		for index in 0..16 {
			match self.child(index) {
				Some(child) => child.put(out),
				None => out.put_u8(EMPTY_STRING_CODE),
			}
		}
		out.put_u8(EMPTY_STRING_CODE);
	}
}

/// Replaces `out` with a leaf: the nibbles of `key` from `from` on, and the value.
pub(super) fn encode_leaf(key: &H256, from: usize, value: &[u8], out: &mut Vec<u8>) {
	let path = Path::new(key, from, KEY_NIBBLES, LEAF_FLAG);
	out.clear();
	let payload_length = string_length(path.bytes()) + string_length(value);
	Header { list: true, payload_length }.encode(out);
	put_string(path.bytes(), out);
	put_string(value, out);
}

/// Replaces `out` with an extension: the nibbles of `key` in `from..to`, and the node below.
pub(super) fn encode_extension(
	key: &H256,
	from: usize,
	to: usize,
	child: &Reference,
	out: &mut Vec<u8>,
) {
	let path = Path::new(key, from, to, 0);
	out.clear();
	let payload_length = string_length(path.bytes()) + child.encoded_length();
	Header { list: true, payload_length }.encode(out);
	put_string(path.bytes(), out);
	child.put(out);
}

/// Nibbles in the encoding of leaves and extensions.
struct Path {
	bytes: [u8; 33],
	length: usize,
}

impl Path {
	fn new(key: &H256, from: usize, to: usize, flag: u8) -> Self {
		let mut bytes = [0; 33];
		let odd = (to - from) % 2 == 1;
		let (first, start) = match odd {
			true => (flag | ODD_FLAG | nibble(key, from), from + 1),
			false => (flag, from),
		};
		let pairs = (start..to).step_by(2).map(|at| nibble(key, at) << 4 | nibble(key, at + 1));
		let mut length = 0;
		for (place, byte) in bytes.iter_mut().zip(core::iter::once(first).chain(pairs)) {
			*place = byte;
			length += 1;
		}
		Self { bytes, length }
	}

	fn bytes(&self) -> &[u8] {
		self.bytes.get(..self.length).unwrap_or(&self.bytes)
	}
}

/// What a path says, decoded.
pub(super) struct DecodedPath<'a> {
	/// Whether the node is a leaf.
	pub(super) leaf: bool,
	first: Option<u8>,
	rest: &'a [u8],
}

impl<'a> DecodedPath<'a> {
	/// `None` where the bytes are no path.
	pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
		let (head, rest) = bytes.split_first()?;
		let (flag, low) = (head & 0xf0, head & 0x0f);
		let odd = flag & ODD_FLAG != 0;
		if flag & !(LEAF_FLAG | ODD_FLAG) != 0 || (!odd && low != 0) {
			return None;
		}
		Some(Self { leaf: flag & LEAF_FLAG != 0, first: odd.then_some(low), rest })
	}

	/// The number of nibbles.
	pub(super) fn length(&self) -> usize {
		self.rest.len() * 2 + usize::from(self.first.is_some())
	}

	/// Whether the nibbles of `key` from `from` on begin with these.
	pub(super) fn matches(&self, key: &H256, from: usize) -> bool {
		let rest = self.rest.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
		let mut nibbles = (from..).zip(self.first.into_iter().chain(rest));
		nibbles.all(|(at, expected)| at < KEY_NIBBLES && nibble(key, at) == expected)
	}
}
