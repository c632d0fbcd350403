#!/usr/bin/env node
import { parseFlags, run } from './lib/flags.mjs';
import { rpc } from './lib/rpc.mjs';

const USAGE = `Mines one empty block, twelve seconds after the last one.

usage: node mine-block.mjs --rpc URL

  --rpc URL  the JSON-RPC endpoint of the anvil`;

const BLOCK_TIME_SECONDS = 12n;

async function main() {
	const { rpc: url } = parseFlags(USAGE, ['rpc']);
	const last = await rpc(url, 'eth_getBlockByNumber', ['latest', false]);
	const time = BigInt(last.timestamp) + BLOCK_TIME_SECONDS;
	await rpc(url, 'evm_setNextBlockTimestamp', [`0x${time.toString(16)}`]);
	await rpc(url, 'evm_mine');
	const mined = await rpc(url, 'eth_getBlockByNumber', ['latest', false]);
	console.log(`block ${Number(mined.number)}, state root ${mined.stateRoot}`);
}

run(main);
