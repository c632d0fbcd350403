//! From a snapshot to an address map: rules resolved to addresses, and what a change of address
//! means for the contracts.

mod accounts;
mod references;
mod resolve;

pub use accounts::{AccountInfo, AccountReader, Accounts};
pub(crate) use references::pushes;
pub use references::{Reference, References, Searched};
pub use resolve::{is_remapped, resolve, ResolveError};
