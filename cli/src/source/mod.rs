//! The Ethereum node that a snapshot is taken of.

mod anvil;
mod error;
mod ethereum;
mod gzip;

pub use anvil::{AnvilDump, DumpedAccount};
pub use error::SourceError;
pub use ethereum::{BlockSelector, EthereumNode, ProvedAccount, SourceHead};
pub use gzip::{gunzip, GzipError};
