//! Runs what the command line asks for.

use crate::{
	cli::{Cli, Subcommand},
	service::{self, dev, validator, Authoring, FullClient},
};
use migration_runtime::opaque::Block;
use sc_cli::{CliConfiguration, SubstrateCli};
use sc_service::{Configuration, PruningMode};
use std::{sync::Arc, time::Duration};

/// Parses the command line and does what it says.
pub(crate) fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		Some(subcommand) => run_subcommand(&cli, subcommand),
		None => run_node(&cli),
	}
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
	let runner = cli.create_runner(&cli.run)?;
	let sealing = match cli.block_time {
		Some(milliseconds) => dev::Sealing::Interval(Duration::from_millis(milliseconds)),
		None => dev::Sealing::Instant,
	};
	let is_dev = cli.run.shared_params.dev;
	runner.run_node_until_exit(|config| async move {
		if is_dev {
			dev::start(keep_every_state(config), sealing).map_err(sc_cli::Error::Service)
		} else {
			validator::start(config).map_err(sc_cli::Error::Service)
		}
	})
}

/// Makes the archive the default of a development chain.
///
/// Instant sealing makes hundreds of blocks in minutes, so that the usual window of 256 states
/// would close before anybody could ask about them.
fn keep_every_state(mut config: Configuration) -> Configuration {
	config.state_pruning.get_or_insert(PruningMode::ArchiveAll);
	config
}

fn run_subcommand(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
	match subcommand {
		Subcommand::Key(cmd) => cmd.run(cli),
		Subcommand::BuildSpec(cmd) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.chain_spec, config.network))
		}
		Subcommand::ExportChainSpec(cmd) => cmd.run(cli.load_spec(&cmd.chain)?),
		Subcommand::CheckBlock(cmd) => {
			let authoring = authoring(cmd)?;
			cli.create_runner(cmd)?.async_run(|config| {
				let parts = service::new_partial(&config)?;
				let queue = parts.import_queue(&config, authoring)?;
				Ok((cmd.run(parts.client, queue), parts.task_manager))
			})
		}
		Subcommand::ExportBlocks(cmd) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, config.database), parts.task_manager))
		}),
		Subcommand::ImportBlocks(cmd) => {
			let authoring = authoring(cmd)?;
			cli.create_runner(cmd)?.async_run(|config| {
				let parts = service::new_partial(&config)?;
				let queue = parts.import_queue(&config, authoring)?;
				Ok((cmd.run(parts.client, queue), parts.task_manager))
			})
		}
		Subcommand::PurgeChain(cmd) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
		}
		Subcommand::Revert(cmd) => {
			let authoring = authoring(cmd)?;
			cli.create_runner(cmd)?.async_run(|config| {
				let parts = service::new_partial(&config)?;
				let revert_finality = Box::new(move |client: Arc<FullClient>, _, blocks| {
					if authoring == Authoring::Validators {
						sc_consensus_grandpa::revert(client, blocks)?;
					}
					Ok(())
				});
				let task_manager = parts.task_manager;
				Ok((cmd.run(parts.client, parts.backend, Some(revert_finality)), task_manager))
			})
		}
		Subcommand::ChainInfo(cmd) => {
			cli.create_runner(cmd)?.sync_run(|config| cmd.run::<Block>(&config))
		}
		Subcommand::MeasureBlocks(cmd) => cmd.run(cli),
	}
}

/// How the blocks of the chain that `cmd` names were made.
///
/// `--dev` seals blocks without an author's signature, which the verifier of Aura refuses.
fn authoring(cmd: &impl CliConfiguration) -> sc_cli::Result<Authoring> {
	Ok(if cmd.is_dev()? { Authoring::Development } else { Authoring::Validators })
}
