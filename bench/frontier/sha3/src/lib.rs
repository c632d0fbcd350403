//! The part of the crate `sha3` 0.10 that the engine `evm` and its dependencies use, by host
//! functions of Substrate's Wasm executor, so that both engines that are measured hash alike.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;

pub use digest::{self, Digest};
use digest::{
	consts::{U32, U64},
	FixedOutput, HashMarker, Output, OutputSizeUser, Update,
};

mod host {
	extern "C" {
		pub(crate) fn ext_hashing_keccak_256_version_1(data: u64) -> u32;
		pub(crate) fn ext_hashing_keccak_512_version_1(data: u64) -> u32;
		pub(crate) fn ext_allocator_free_version_1(pointer: u32);
	}
}

/// What is hashed: in place as long as it is short, so that ordinary hashes allocate nothing.
#[derive(Clone, Debug)]
struct Buffer {
	short: [u8; Self::SHORT],
	length: usize,
	long: Vec<u8>,
}

impl Default for Buffer {
	fn default() -> Self {
		Self { short: [0; Self::SHORT], length: 0, long: Vec::new() }
	}
}

impl Buffer {
	const SHORT: usize = 128;

	fn extend(&mut self, data: &[u8]) {
		let end = self.length + data.len();
		if self.long.is_empty() && end <= Self::SHORT {
			self.short[self.length..end].copy_from_slice(data);
			self.length = end;
			return;
		}
		if self.long.is_empty() {
			self.long.extend_from_slice(&self.short[..self.length]);
		}
		self.long.extend_from_slice(data);
	}

	fn bytes(&self) -> &[u8] {
		if self.long.is_empty() {
			&self.short[..self.length]
		} else {
			&self.long
		}
	}
}

/// Calls a host function of one hash and copies what it returns.
fn hash(function: unsafe extern "C" fn(u64) -> u32, data: &[u8], output: &mut [u8]) {
	let packed = ((data.len() as u64) << 32) | data.as_ptr() as usize as u64;
	// SAFETY: the host reads the bytes that the argument names, and returns the address of as many
	// bytes as the output has, which it has allocated in this memory and which belong to the caller.
	unsafe {
		let pointer = function(packed);
		output.copy_from_slice(core::slice::from_raw_parts(
			pointer as usize as *const u8,
			output.len(),
		));
		host::ext_allocator_free_version_1(pointer);
	}
}

macro_rules! hasher {
	($(#[$doc:meta])* $name:ident, $size:ident, $function:ident) => {
		$(#[$doc])*
		#[derive(Clone, Debug, Default)]
		pub struct $name(Buffer);

		impl HashMarker for $name {}

		impl OutputSizeUser for $name {
			type OutputSize = $size;
		}

		impl Update for $name {
			fn update(&mut self, data: &[u8]) {
				self.0.extend(data);
			}
		}

		impl FixedOutput for $name {
			fn finalize_into(self, output: &mut Output<Self>) {
				hash(host::$function, self.0.bytes(), output);
			}
		}
	};
}

hasher!(
	/// Keccak-256.
	Keccak256,
	U32,
	ext_hashing_keccak_256_version_1
);
hasher!(
	/// Keccak-512.
	Keccak512,
	U64,
	ext_hashing_keccak_512_version_1
);
