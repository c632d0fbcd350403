//! Means of finding the slots of an account. Whichever finds them, the storage root proves that
//! they are all there are.

mod events;
mod keys;
mod layout;
mod range;
mod traces;

use std::fmt;

use clap::ValueEnum;
use migration_primitives::H256;

pub use keys::{KeyBook, Keys};
pub use layout::{Layout, LayoutError};
pub use range::StorageRange;
pub use traces::collect as collect_traces;

/// A means of finding slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Means {
	/// Pages of `debug_storageRangeAt`, which Geth, ganache and others serve.
	Debug,
	/// `anvil_dumpState`.
	Anvil,
	/// Keys seen in traces of all transactions (`debug_traceTransaction`).
	Traces,
	/// Keys that follow from storage layouts of the compiler, with words of the account's events.
	Layout,
	/// Keys from a file.
	List,
}

impl Means {
	/// Its name in reports.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Debug => "debug_storageRangeAt",
			Self::Anvil => "anvil_dumpState",
			Self::Traces => "traces",
			Self::Layout => "layouts and events",
			Self::List => "the list",
		}
	}

	/// A byte for files.
	pub fn index(&self) -> u8 {
		*self as u8
	}

	/// The means of a byte.
	pub fn of_index(index: u8) -> Option<Self> {
		Self::value_variants().iter().find(|means| means.index() == index).copied()
	}

	/// Whether it finds keys only, whose values are asked for.
	pub fn finds_keys(&self) -> bool {
		matches!(self, Self::Traces | Self::Layout | Self::List)
	}
}

impl fmt::Display for Means {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

/// A means, or several together, that did not find the slots of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
	/// It found some, which make another storage root.
	Found {
		/// The means, and how many slots each of them found first.
		means: Vec<(Means, u64)>,
		/// The storage root of these slots.
		root: H256,
	},
	/// The node refuses.
	Refused {
		/// The means.
		means: Means,
		/// What the node says.
		reason: String,
	},
}

impl fmt::Display for Tried {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Found { means, root } => {
				for (index, (means, slots)) in means.iter().enumerate() {
					let separator = if index == 0 { "" } else { ", " };
					write!(f, "{separator}{means} found {slots} slots")?;
				}
				write!(f, " (root {root:?})")
			}
			Self::Refused { means, reason } => write!(f, "{means} is not possible ({reason})"),
		}
	}
}
