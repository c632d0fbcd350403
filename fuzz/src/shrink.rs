//! Makes a failing case smaller, as long as it fails.

use alloy_primitives::{Bytes, U256};
use revm::bytecode::opcode as op;
use std::collections::BTreeMap;

use crate::case::{Block, Case, Transaction};

/// An instruction that does nothing.
const FILLER: u8 = op::JUMPDEST;

/// Where in a case some bytes are.
type Field<'a> = &'a dyn Fn(&mut Case) -> Option<&mut Bytes>;

/// The smallest failing case that removing things one after the other leads to. Tries at most
/// `attempts` cases.
pub fn shrink(case: Case, attempts: u32, fails: &dyn Fn(&Case) -> bool) -> Case {
	let mut search = Search { best: case, left: attempts, fails };
	loop {
		let before = search.best.clone();
		search.transactions();
		search.accounts();
		search.fields();
		search.code();
		search.block();
		search.attempt(|case| case.uncapped = false);
		if search.best == before || search.left == 0 {
			return search.best;
		}
	}
}

struct Search<'a> {
	best: Case,
	left: u32,
	fails: &'a dyn Fn(&Case) -> bool,
}

impl Search<'_> {
	/// Keeps a change if the case still fails.
	fn attempt(&mut self, change: impl FnOnce(&mut Case)) -> bool {
		let mut changed = self.best.clone();
		change(&mut changed);
		if self.left == 0 || changed == self.best {
			return false;
		}
		self.left -= 1;
		let kept = (self.fails)(&changed);
		if kept {
			self.best = changed;
		}
		kept
	}

	fn transactions(&mut self) {
		let mut index = self.best.transactions.len();
		while index > 0 {
			index -= 1;
			self.attempt(|case| {
				case.transactions.remove(index);
			});
		}
	}

	fn accounts(&mut self) {
		for address in self.best.accounts.keys().copied().collect::<Vec<_>>() {
			if self.attempt(|case| {
				case.accounts.remove(&address);
			}) {
				continue;
			}
			self.attempt(|case| {
				case.accounts.entry(address).or_default().storage = BTreeMap::new();
			});
			let keys = self.best.accounts[&address].storage.keys().copied().collect::<Vec<_>>();
			for key in keys {
				self.attempt(|case| {
					case.accounts.entry(address).or_default().storage.remove(&key);
				});
			}
			self.attempt(|case| {
				case.accounts.entry(address).or_default().code = Bytes::new();
			});
			self.attempt(|case| case.accounts.entry(address).or_default().nonce = 0);
			self.attempt(|case| case.accounts.entry(address).or_default().balance = U256::ZERO);
		}
	}

	fn fields(&mut self) {
		for index in 0..self.best.transactions.len() {
			let changes: [fn(&mut Transaction); 9] = [
				|transaction| transaction.dispatch = false,
				|transaction| transaction.authorizations.clear(),
				|transaction| transaction.access_list.clear(),
				|transaction| transaction.value = U256::ZERO,
				|transaction| transaction.nonce = None,
				|transaction| transaction.max_priority_fee = None,
				|transaction| transaction.max_fee = 0,
				|transaction| transaction.input = Bytes::new(),
				|transaction| transaction.gas_limit = 1_000_000,
			];
			for change in changes {
				self.attempt(|case| change(&mut case.transactions[index]));
			}
			for item in (0..self.best.transactions[index].authorizations.len()).rev() {
				self.attempt(|case| {
					case.transactions[index].authorizations.remove(item);
				});
			}
			for item in (0..self.best.transactions[index].access_list.len()).rev() {
				self.attempt(|case| {
					case.transactions[index].access_list.remove(item);
				});
			}
		}
	}

	fn code(&mut self) {
		for index in 0..self.best.transactions.len() {
			let input: Field =
				&|case| case.transactions.get_mut(index).map(|found| &mut found.input);
			self.bytes(input);
			self.instructions(input);
		}
		for address in self.best.accounts.keys().copied().collect::<Vec<_>>() {
			let code: Field = &|case| case.accounts.get_mut(&address).map(|found| &mut found.code);
			self.bytes(code);
			self.instructions(code);
		}
	}

	/// Removes pieces of bytes, large ones first; what cannot be removed, since jumps would miss
	/// their destinations, is filled.
	fn bytes(&mut self, of: Field<'_>) {
		let length = of(&mut self.best).map_or(0, |bytes| bytes.len());
		let mut piece = length.div_ceil(2);
		while piece > 0 {
			let mut start = of(&mut self.best).map_or(0, |bytes| bytes.len());
			while start > 0 {
				let end = start;
				start = start.saturating_sub(piece);
				let removed = self.attempt(|case| {
					if let Some(bytes) = of(case) {
						let end = end.min(bytes.len());
						*bytes = [&bytes[..start.min(end)], &bytes[end..]].concat().into();
					}
				});
				if !removed {
					self.attempt(|case| {
						if let Some(bytes) = of(case) {
							let mut filled = bytes.to_vec();
							let end = end.min(filled.len());
							filled[start.min(end)..end].fill(FILLER);
							*bytes = filled.into();
						}
					});
				}
			}
			piece /= 2;
		}
	}

	/// Removes instructions together with what they push, the last one first; those that must stay
	/// push less.
	fn instructions(&mut self, of: Field<'_>) {
		let starts = of(&mut self.best).map(|bytes| starts(bytes)).unwrap_or_default();
		for start in starts.into_iter().rev() {
			let replace = |search: &mut Self, with: &dyn Fn(&[u8]) -> Vec<u8>| {
				search.attempt(|case| {
					if let Some(bytes) = of(case) {
						let end = (start + width(bytes[start])).min(bytes.len());
						let with = with(&bytes[start..end]);
						*bytes = [&bytes[..start], &with, &bytes[end..]].concat().into();
					}
				})
			};
			if !replace(self, &|_| Vec::new()) {
				replace(self, &|instruction| match instruction {
					[op::PUSH2..=op::PUSH32, .., last] => vec![op::PUSH1, *last],
					other => other.to_vec(),
				});
			}
		}
	}

	fn block(&mut self) {
		let changes: [fn(&mut Block); 5] = [
			|block| block.base_fee = 0,
			|block| block.number = 1,
			|block| block.timestamp = 1,
			|block| block.parent_hash = Default::default(),
			|block| block.coinbase = Default::default(),
		];
		for change in changes {
			self.attempt(|case| change(&mut case.block));
		}
	}
}

/// Where the instructions of a piece of code begin.
fn starts(code: &[u8]) -> Vec<usize> {
	let mut starts = Vec::new();
	let mut next = 0;
	while next < code.len() {
		starts.push(next);
		next += width(code[next]);
	}
	starts
}

/// Bytes of an instruction with what it pushes.
fn width(opcode: u8) -> usize {
	match opcode {
		op::PUSH1..=op::PUSH32 => usize::from(opcode - op::PUSH1) + 2,
		_ => 1,
	}
}
