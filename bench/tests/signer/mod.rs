//! Ethereum transactions with lists, and creations, from their fields.

use migration_primitives::hash::keccak256;
use sp_core::{ecdsa, Pair, H160};

/// Wei per gas that every transaction offers; the chain's base fee is one gwei.
const GAS_PRICE: u64 = 2_000_000_000;

/// An Ethereum key.
pub(crate) struct Signer(ecdsa::Pair);

/// A transaction of type 2, or of type 4 with authorizations, with nonce 0 and no value.
pub(crate) struct Transaction {
	pub(crate) chain_id: u64,
	/// Whom it calls; it creates a contract if nobody.
	pub(crate) to: Option<H160>,
	/// Data or init code.
	pub(crate) input: Vec<u8>,
	/// The most gas.
	pub(crate) gas: u64,
	/// Addresses with the numbers of slots.
	pub(crate) access_list: Vec<(H160, Vec<u64>)>,
	/// What [`Signer::authorization`] gives.
	pub(crate) authorizations: Option<Vec<Vec<u8>>>,
}

impl Signer {
	/// The key of a number.
	pub(crate) fn new(number: u64) -> Self {
		let seed = keccak256(&[b"test signer ".as_slice(), &number.to_be_bytes()].concat());
		Self(ecdsa::Pair::from_seed(&seed.0))
	}

	/// Its address.
	pub(crate) fn address(&self) -> H160 {
		let message = [1; 32];
		let signature = self.0.sign_prehashed(&message);
		let key = sp_io::crypto::secp256k1_ecdsa_recover(&signature.0, &message)
			.unwrap_or_else(|_| panic!("the signature is one"));
		H160::from_slice(&keccak256(&key).as_bytes()[12..])
	}

	/// An authorization in RLP, for whoever has that nonce, to run the code of `contract` (EIP-7702).
	pub(crate) fn authorization(&self, chain_id: u64, nonce: u64, contract: H160) -> Vec<u8> {
		let fields = [number(chain_id), item(contract.as_bytes()), number(nonce)];
		let message = [vec![0x05], list(&fields)].concat();
		list(&[fields.to_vec(), self.signature(&message)].concat())
	}

	/// The transaction in its bytes.
	pub(crate) fn sign(&self, transaction: &Transaction) -> Vec<u8> {
		let (kind, fields) = transaction.fields();
		let message = [vec![kind], list(&fields)].concat();
		[vec![kind], list(&[fields, self.signature(&message)].concat())].concat()
	}

	/// Parity, r and s.
	fn signature(&self, message: &[u8]) -> Vec<Vec<u8>> {
		let signature = self.0.sign_prehashed(&keccak256(message).0);
		let bytes = &signature.0;
		vec![number(bytes[64].into()), word(&bytes[..32]), word(&bytes[32..64])]
	}
}

impl Transaction {
	/// Its type, and its fields up to the signature.
	fn fields(&self) -> (u8, Vec<Vec<u8>>) {
		let to = self.to.map_or(Vec::new(), |to| to.as_bytes().to_vec());
		let mut fields = vec![
			number(self.chain_id),
			number(0),
			number(0),
			number(GAS_PRICE),
			number(self.gas),
			item(&to),
			number(0),
			item(&self.input),
			list(&self.access_list.iter().map(entry).collect::<Vec<_>>()),
		];
		match &self.authorizations {
			None => (2, fields),
			Some(authorizations) => {
				fields.push(list(authorizations));
				(4, fields)
			}
		}
	}
}

/// An address of an access list and its slots, each in 32 bytes.
fn entry((address, slots): &(H160, Vec<u64>)) -> Vec<u8> {
	let slot = |slot: &u64| item(&[&[0u8; 24][..], &slot.to_be_bytes()].concat());
	list(&[item(address.as_bytes()), list(&slots.iter().map(slot).collect::<Vec<_>>())])
}

fn number(value: u64) -> Vec<u8> {
	word(&value.to_be_bytes())
}

/// A number in big-endian bytes.
fn word(bytes: &[u8]) -> Vec<u8> {
	item(without_zeros(bytes))
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
	let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
	&bytes[zeros..]
}

/// Bytes in RLP.
fn item(bytes: &[u8]) -> Vec<u8> {
	match bytes {
		[byte] if *byte < 0x80 => vec![*byte],
		_ => [header(0x80, bytes.len()), bytes.to_vec()].concat(),
	}
}

/// A list in RLP.
fn list(items: &[Vec<u8>]) -> Vec<u8> {
	let payload = items.concat();
	[header(0xc0, payload.len()), payload].concat()
}

fn header(kind: u8, length: usize) -> Vec<u8> {
	if length < 56 {
		return vec![kind + length as u8];
	}
	let length = length.to_be_bytes();
	let length = without_zeros(&length);
	[vec![kind + 55 + length.len() as u8], length.to_vec()].concat()
}
