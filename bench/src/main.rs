//! Measures what an import costs a chain, on the real node with its Wasm runtime.

mod args;
mod import;
mod measure;
mod memory;
mod stats;
mod weights;

use anyhow::Result;
use args::{Args, Command};
use clap::Parser;

#[tokio::main]
async fn main() -> Result<()> {
	match Args::parse().command {
		Command::Import(arguments) => import::run(&arguments).await,
		Command::Weights(arguments) => weights::run(&arguments).await,
	}
}
