#!/usr/bin/env node
import { Wallet } from 'ethers';
import { checkCast } from './clients/cast.mjs';
import { checkEthers } from './clients/ethers.mjs';
import { checkFilters } from './clients/filters.mjs';
import { checkJsonRpc } from './clients/json-rpc.mjs';
import { checkLimits } from './clients/limits.mjs';
import { checkViem } from './clients/viem.mjs';
import { loadArtifacts } from './lib/artifacts.mjs';
import { walletAt } from './lib/chain.mjs';
import { Checks } from './lib/checks.mjs';
import { parseFlags, run } from './lib/flags.mjs';

const USAGE = `Uses a development node as applications do: through ethers, viem and cast with their
defaults for gas, price, type and nonce, and by plain JSON-RPC. It changes the chain.

usage: node clients.mjs --rpc URL

  --rpc URL  the JSON-RPC endpoint of a development node that nobody else uses

The key of an account with a few ether is read from HOLDER_PRIVATE_KEY (default: the first account
of the example).

Exit code: 0 if every answer is what it must be, 1 at the first that is not, 2 if the flags are
wrong.`;

/** Who uses the node, in this order. */
const CLIENTS = {
	ethers: checkEthers,
	viem: checkViem,
	cast: checkCast,
	'filters by polling': checkFilters,
	'plain JSON-RPC': checkJsonRpc,
	limits: checkLimits,
};

async function main() {
	const { rpc: url } = parseFlags(USAGE, ['rpc']);
	const key = process.env.HOLDER_PRIVATE_KEY || walletAt(0).privateKey;
	const account = new Wallet(key).address;
	const artifacts = loadArtifacts();
	let sum = 0;
	for (const [name, check] of Object.entries(CLIENTS)) {
		const checks = new Checks(name);
		await checks.run(() => check({ url, key, account, artifacts, checks }));
		console.log(`${name}: ${checks.count} checks`);
		sum += checks.count;
	}
	console.log(`${sum} checks, every answer is what it must be`);
}

run(main);
