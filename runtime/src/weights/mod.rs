//! Weights of this runtime's pallets.
//!
//! `scripts/bench.sh weights --output runtime/src/weights/migration.rs` measures the built runtime and
//! writes `MeasuredWeight`, which takes the larger of what is measured and what is counted.

mod migration;

/// Those of `pallet-migration`.
pub(crate) use migration::MeasuredWeight as MigrationWeight;
