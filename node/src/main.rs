//! The reference node: a Substrate chain with an EVM, `pallet-migration` and Ethereum JSON-RPC.

// The SDK's own error types are large; they are made once, when a command ends.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod measure;
mod rpc;
mod service;
mod stage;

fn main() -> sc_cli::Result<()> {
	command::run()
}
