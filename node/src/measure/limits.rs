//! The runtime's limits of a block, and what exceeds them.

use super::report::{ClassWeights, WeightView};
use frame_support::{dispatch::DispatchClass, traits::Get, weights::Weight};
use frame_system::limits::BlockLength;
use migration_runtime::Runtime;
use serde::Serialize;

/// What a block may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Limits {
	/// Weight of everything in a block.
	pub(super) block: WeightView,
	/// Weight of the transactions of users.
	pub(super) normal: WeightView,
	/// Bytes of all transactions of a block.
	pub(super) length: u32,
	/// The same, with the last one of a user.
	pub(super) normal_length: u32,
}

/// A limit that a block exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Excess {
	/// The weight of the block.
	Weight,
	/// The weight of the transactions of users.
	NormalWeight,
	/// The bytes of the transactions.
	Length,
	/// The proof that was recorded is longer than all proofs of a block may be. Never where the runtime
	/// does not limit them.
	ProofSize,
	/// The proof that was recorded is longer than the block declares: a weight is too low.
	DeclaredProof,
}

impl Limits {
	/// The limits of the runtime that this program is built with.
	pub(super) fn of_runtime() -> Self {
		let weights = <Runtime as frame_system::Config>::BlockWeights::get();
		let length: BlockLength = <Runtime as frame_system::Config>::BlockLength::get();
		let normal = weights.get(DispatchClass::Normal).max_total;
		let longest = DispatchClass::all().iter().map(|class| *length.max.get(*class)).max();
		Self {
			block: weights.max_block.into(),
			normal: normal.unwrap_or(weights.max_block).into(),
			length: longest.unwrap_or_default(),
			normal_length: *length.max.get(DispatchClass::Normal),
		}
	}

	/// What a block exceeds: by the weight that it declares, by the bytes of its transactions, or by the
	/// bytes of its recorded proof.
	///
	/// In the declared proof size the bytes of the transactions count too (`CheckWeight`), which are not
	/// in the recorded proof: only the rest is for it.
	pub(super) fn exceeded(
		&self,
		declared: &ClassWeights,
		length: usize,
		proof: usize,
	) -> Vec<Excess> {
		let over =
			|found: WeightView, limit: WeightView| Weight::from(found).any_gt(Weight::from(limit));
		let declared_for_state = declared.total().proof_size.saturating_sub(length as u64);
		let found = [
			(over(declared.total(), self.block), Excess::Weight),
			(over(declared.normal, self.normal), Excess::NormalWeight),
			(length as u64 > u64::from(self.length), Excess::Length),
			(proof as u64 > self.block.proof_size, Excess::ProofSize),
			(proof as u64 > declared_for_state, Excess::DeclaredProof),
		];
		found.into_iter().filter(|(exceeds, _)| *exceeds).map(|(_, excess)| excess).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn limits() -> Limits {
		Limits {
			block: WeightView { ref_time: 100, proof_size: 50 },
			normal: WeightView { ref_time: 75, proof_size: 40 },
			length: 1_000,
			normal_length: 750,
		}
	}

	fn weights(normal: u64, mandatory: u64) -> ClassWeights {
		ClassWeights {
			normal: WeightView { ref_time: normal, proof_size: 0 },
			operational: WeightView::default(),
			mandatory: WeightView { ref_time: mandatory, proof_size: 0 },
		}
	}

	/// Of a block whose users declare 30 bytes of proof, and whose hooks declare 20.
	fn proofs() -> ClassWeights {
		ClassWeights {
			normal: WeightView { ref_time: 75, proof_size: 30 },
			operational: WeightView::default(),
			mandatory: WeightView { ref_time: 25, proof_size: 20 },
		}
	}

	#[test]
	fn exceeded_at_every_limit_is_nothing() {
		assert_eq!(limits().exceeded(&weights(75, 25), 1_000, 0), []);
		assert_eq!(limits().exceeded(&proofs(), 0, 50), []);
		assert_eq!(limits().exceeded(&proofs(), 12, 38), []);
	}

	#[test]
	fn exceeded_above_a_limit_names_it() {
		assert_eq!(limits().exceeded(&weights(75, 26), 0, 0), [Excess::Weight]);
		assert_eq!(limits().exceeded(&weights(76, 0), 0, 0), [Excess::NormalWeight]);
		assert_eq!(limits().exceeded(&weights(0, 0), 1_001, 0), [Excess::Length]);
		assert_eq!(limits().exceeded(&proofs(), 12, 39), [Excess::DeclaredProof]);
		let both = [Excess::ProofSize, Excess::DeclaredProof];
		assert_eq!(limits().exceeded(&proofs(), 0, 51), both);
		// The longest proof is no matter of its limit where there is none.
		let mut unlimited = limits();
		unlimited.block.proof_size = u64::MAX;
		assert_eq!(unlimited.exceeded(&proofs(), 0, 51), [Excess::DeclaredProof]);
		let proof = ClassWeights {
			normal: WeightView { ref_time: 0, proof_size: 41 },
			..ClassWeights::default()
		};
		assert_eq!(limits().exceeded(&proof, 0, 0), [Excess::NormalWeight]);
	}

	#[test]
	fn of_runtime_leaves_room_beside_users() {
		let limits = Limits::of_runtime();
		assert!(limits.normal.ref_time < limits.block.ref_time);
		assert!(limits.normal_length < limits.length);
	}
}
