//! What a snapshot is taken of: an Ethereum node, or a file.

mod accounts;
mod anvil;
mod error;
mod ethereum;
pub mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod gzip;
mod rpc;
pub mod slots;
mod stream;
mod value;

pub use accounts::account_range;
pub use anvil::{AnvilDump, DumpedSlots};
pub use error::SourceError;
pub use ethereum::{BlockSelector, EthereumNode, ProvedAccount, SourceHead};
pub use gzip::{Gunzip, GzipError};
pub use rpc::RpcSettings;
