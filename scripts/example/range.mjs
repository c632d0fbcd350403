#!/usr/bin/env node
import { setTimeout } from 'node:timers/promises';
import { methods } from './clients/json-rpc.mjs';
import { RECIPIENT } from './clients/token.mjs';
import { Checks } from './lib/checks.mjs';
import { parseFlags, run } from './lib/flags.mjs';

const USAGE = `Waits until a chain has more blocks than a search for logs may look at, and searches.

usage: node range.mjs --rpc URL

  --rpc URL  the JSON-RPC endpoint of a node that makes blocks by itself (--block-time)

Exit code: 0 if every answer is what it must be, 1 at the first that is not, 2 if the flags are
wrong.`;

/** Blocks that one search looks at. */
const LIMIT = 10_000;

/** How long the chain may take to have so many. */
const PATIENCE_MS = 300_000;

async function main() {
	const { rpc: url } = parseFlags(USAGE, ['rpc']);
	const { result, error } = methods(url);
	await untilNumber(result, LIMIT);
	const checks = new Checks('range of blocks');
	const search = (fromBlock, toBlock) => [
		'eth_getLogs',
		{ address: RECIPIENT, fromBlock, toBlock },
	];
	const last = `0x${LIMIT.toString(16)}`;
	checks.equal('widest range', await result(...search('0x1', last)), []);
	checks.equal('range of a block more', await error(...search('0x0', last)), [
		-32005,
		`blocks in the range of the filter: ${LIMIT + 1}, the limit is ${LIMIT}`,
	]);
	console.log(
		`a search looks at ${LIMIT} blocks and is refused for ${LIMIT + 1}: ${checks.count} checks`,
	);
}

/** Waits until the best block has this number. */
async function untilNumber(result, wanted) {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const number = Number(await result('eth_blockNumber'));
		if (number >= wanted) return;
		if (Date.now() > deadline) {
			const seconds = PATIENCE_MS / 1000;
			throw new Error(
				`the chain has ${number} blocks after ${seconds} seconds, expected ${wanted}`,
			);
		}
		await setTimeout(200);
	}
}

run(main);
