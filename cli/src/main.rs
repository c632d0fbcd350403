//! `evm-migrate`: moves Ethereum contracts into a Substrate chain.

use std::process::ExitCode;

use evm_migrate::{args::Args, commands, console::Console};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
	tracing_subscriber::fmt()
		.with_env_filter(
			EnvFilter::try_from_env("EVM_MIGRATE_LOG").unwrap_or_else(|_| EnvFilter::new("warn")),
		)
		.with_writer(std::io::stderr)
		.init();
	let args = Args::parse_checked();
	let console = Console::new(args.json);
	console.end(commands::run(args, &console))
}
