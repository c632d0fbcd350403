#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { binary } from './lib/binaries.mjs';
import { rpc } from './lib/rpc.mjs';
import { run } from './lib/flags.mjs';

const USAGE = `Starts an anvil for the example, and prints its URL once it answers. Stops with it.

usage: node anvil.mjs [--port N] [--load-state FILE]
       node anvil.mjs --print-command

  --port N           the port on 127.0.0.1 (default: a free one)
  --load-state FILE  begin with a state that save-state.mjs wrote, or a JSON file of anvil's own
  --print-command    print the anvil binary and the flags of the example's chain, one a line, for
                     callers that start it themselves`;

/** The same for every run: the state root of the last block depends on them. */
const CHAIN_FLAGS = [
	['--chain-id', '31337'],
	// Later hardforks make anvil add a system contract whose storage is block hashes (EIP-2935).
	['--hardfork', 'cancun'],
	['--timestamp', '1735689600'],
	['--accounts', '10'],
].flat();

const START_TIMEOUT_MS = 30_000;

/** Starts an anvil and waits until it answers: `{url, process, stop()}`. */
export async function startAnvil({ port = 0, loadState } = {}) {
	if (loadState !== undefined && !existsSync(loadState)) {
		throw new Error(`the state file ${loadState} does not exist`);
	}
	const unpacked = mkdtempSync(join(tmpdir(), 'anvil-state-'));
	const stateFlags = loadState ? ['--load-state', plainState(loadState, unpacked)] : [];
	const flags = ['--port', String(port), ...CHAIN_FLAGS, ...stateFlags];
	const child = spawn(binary('anvil'), flags, { stdio: ['ignore', 'pipe', 'pipe'] });
	const stop = () => stopProcess(child);
	try {
		const url = await listeningUrl(child);
		await rpc(url, 'eth_chainId');
		return { url, process: child, stop };
	} catch (error) {
		await stop();
		throw error;
	} finally {
		rmSync(unpacked, { recursive: true });
	}
}

/** The state file as anvil reads it; a compressed one is unpacked into `directory`. */
function plainState(file, directory) {
	if (!file.endsWith('.gz')) return file;
	const plain = join(directory, 'state.json');
	writeFileSync(plain, gunzipSync(readFileSync(file)));
	return plain;
}

/** Waits for anvil's line "Listening on ADDRESS"; afterwards its output is dropped. */
function listeningUrl(child) {
	return new Promise((resolve, reject) => {
		let output = '';
		const fail = (reason) => reject(new Error(`anvil ${reason}: ${output.trim() || 'no output'}`));
		const timer = setTimeout(
			() => fail(`did not listen within ${START_TIMEOUT_MS / 1000} seconds`),
			START_TIMEOUT_MS,
		);
		child.once('error', (error) => fail(`cannot be started (${error.message})`));
		child.once('exit', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
		const read = (chunk) => {
			output += chunk;
			const address = output.match(/Listening on ([0-9.]+:[0-9]+)/)?.[1];
			if (address === undefined) return;
			clearTimeout(timer);
			for (const stream of [child.stdout, child.stderr]) stream.off('data', read).resume();
			resolve(`http://${address}`);
		};
		for (const stream of [child.stdout, child.stderr]) stream.on('data', read);
	});
}

/** Ends the process, and waits until it has ended. */
function stopProcess(child) {
	if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
	const ended = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	return ended;
}

async function main() {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			'load-state': { type: 'string' },
			'print-command': { type: 'boolean' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) return console.log(USAGE);
	if (values['print-command']) return console.log([binary('anvil'), ...CHAIN_FLAGS].join('\n'));
	const anvil = await startAnvil({ port: values.port, loadState: values['load-state'] });
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, anvil.stop);
	anvil.process.once('exit', (code) => process.exit(code ?? 0));
	console.log(anvil.url);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(main);
