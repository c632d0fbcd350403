//! The target chain's node: its JSON-RPC, its storage, and transactions for it.

mod client;
mod error;
mod events;
mod extension;
mod general;
mod keys;
mod runtime;
mod signer;
mod state;
mod transaction;

pub use client::{Node, RpcFailure};
pub(crate) use error::Refusal;
pub use error::SubstrateError;
pub(crate) use events::Event;
pub use general::general_transaction;
pub use runtime::{BlockRef, Chain};
pub use signer::{Signer, SignerError};
pub use state::{AccountData, Keys};
pub use transaction::Included;
