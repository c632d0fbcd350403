//! The reference node: a Substrate chain with an EVM, `pallet-migration` and Ethereum JSON-RPC.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	command::run()
}
