//! Weights of this runtime's pallets.
//!
//! `scripts/bench.sh weights --output runtime/src/weights/migration.rs` measures the built runtime and
//! writes `MeasuredWeight`, which takes the larger of what is measured and what is counted. To take
//! it, the last line is
//! `mod migration; pub(crate) use migration::MeasuredWeight as MigrationWeight;`.

/// Those of `pallet-migration`: counted reads and writes.
pub(crate) use pallet_migration::weights::CountedWeight as MigrationWeight;
