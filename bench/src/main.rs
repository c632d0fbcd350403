//! Measures what imports, and the EVM's heaviest transactions, cost a chain with its Wasm runtime.

mod args;
mod evm;
mod gas;
mod import;
mod measure;
mod memory;
mod split;
mod stats;
mod weights;

use anyhow::Result;
use args::{Args, Command};
use clap::Parser;

#[tokio::main]
async fn main() -> Result<()> {
	match Args::parse().command {
		Command::Import(arguments) => import::run(&arguments).await,
		Command::Split(arguments) => split::run(&arguments).await,
		Command::Weights(arguments) => weights::run(&arguments).await,
		Command::Gas(arguments) => gas::run(&arguments),
		Command::Evm(arguments) => evm::run(&arguments),
	}
}
