#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { Interface } from 'ethers';
import { loadArtifacts } from './lib/artifacts.mjs';
import { Chain, MNEMONIC } from './lib/chain.mjs';
import { parseFlags, run } from './lib/flags.mjs';
import { rpc } from './lib/rpc.mjs';
import { fundHolders, makeAccounts } from './scenario/accounts.mjs';
import { deployProxies, exerciseProxies } from './scenario/proxies.mjs';
import { deploySafe, exerciseSafe } from './scenario/safe.mjs';
import { deployStandalone, exerciseStandalone } from './scenario/standalone.mjs';
import { deployTokens, exerciseCollectible, exerciseTokens } from './scenario/tokens.mjs';
import { deployUniswap, exerciseUniswap } from './scenario/uniswap.mjs';

const USAGE = `Deploys the contracts of the example on a fresh anvil, uses them, and describes them.

usage: node deploy.mjs --rpc URL --output FILE

  --rpc URL      the JSON-RPC endpoint of an anvil without blocks
  --output FILE  where to write the description (contracts.json)`;

/** Deploys everything, then uses everything; gives all contracts in the order of deployment. */
async function buildChain(chain, accounts) {
	const artifacts = loadArtifacts();
	await fundHolders(chain, accounts);
	const tokens = await deployTokens(chain, accounts, artifacts);
	await exerciseTokens(chain, accounts, tokens);
	await exerciseCollectible(chain, accounts, tokens.collectible);
	const uniswap = await deployUniswap(chain, accounts, artifacts, tokens);
	await exerciseUniswap(chain, accounts, { tokens, uniswap });
	const proxies = await deployProxies(chain, accounts, artifacts, tokens);
	await exerciseProxies(chain, accounts, { tokens, proxies });
	const safe = await deploySafe(chain, accounts, artifacts);
	await exerciseSafe(chain, accounts, { tokens, safe });
	const standalone = await deployStandalone(chain, accounts, artifacts);
	await exerciseStandalone(chain, accounts, { tokens, standalone });
	return [tokens, uniswap, proxies, safe, standalone].flatMap(Object.values);
}

/** What the witness test needs of an ABI: views and events, as human-readable signatures. */
function describeAbi(contractInterface) {
	const wanted = contractInterface.fragments.filter(
		(fragment) => fragment.type === 'event' || fragment.constant,
	);
	return new Interface(wanted).format(false);
}

/** The description of the chain, its contracts and its accounts, as `contracts.json` has it. */
async function describe(chain, accounts, contracts) {
	const block = await rpc(chain.url, 'eth_getBlockByNumber', ['latest', false]);
	return {
		chainId: Number(chain.chainId),
		blockNumber: Number(block.number),
		blockHash: block.hash,
		stateRoot: block.stateRoot,
		mnemonic: MNEMONIC,
		contracts: contracts.map(({ interface: contractInterface, ...contract }) => ({
			...contract,
			abi: describeAbi(contractInterface),
		})),
		accounts: [
			...accounts.map(({ wallet, index, role }) => ({ address: wallet.address, index, role })),
			{ address: block.miner, role: 'fee recipient' },
		],
	};
}

async function main() {
	const { rpc: url, output } = parseFlags(USAGE, ['rpc', 'output']);
	const chain = new Chain(url);
	await chain.prepare();
	const accounts = makeAccounts();
	const description = await describe(chain, accounts, await buildChain(chain, accounts));
	writeFileSync(output, `${JSON.stringify(description, null, '\t')}\n`);
	console.log(`block ${description.blockNumber}, state root ${description.stateRoot}`);
}

run(main);
