//! One file per command: arguments in, an [`Outcome`] out.

mod govern;
mod lookup;
mod occupied;
mod pack;
mod plan;
mod review;
mod show;
mod snapshot;
mod status;
mod submit;
mod target;
mod verify;

use anyhow::{Context, Result};

use crate::{
	args::{Args, Command},
	console::{Console, Outcome},
};

/// Runs a command.
pub fn run(args: Args, console: &Console) -> Result<Outcome> {
	let runtime = tokio::runtime::Builder::new_multi_thread()
		.enable_all()
		.build()
		.context("the asynchronous runtime cannot start")?;
	runtime.block_on(async {
		match args.command {
			Command::Snapshot(args) => snapshot::run(args, console).await,
			Command::Plan(args) => plan::run(args, console).await,
			Command::Pack(args) => pack::run(args, console),
			Command::Review(args) => review::run(args, console).await,
			Command::Submit(args) => submit::run(args, console).await,
			Command::Verify(args) => verify::run(args, console).await,
			Command::Lookup(args) => lookup::run(args).await,
			Command::Status(args) => status::run(args, console).await,
			Command::Govern(action) => govern::run(action, console).await,
		}
	})
}
