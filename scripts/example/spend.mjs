#!/usr/bin/env node
import { MaxUint256, Wallet, formatEther, parseEther } from 'ethers';
import { cast } from './lib/cast.mjs';
import { walletAt } from './lib/chain.mjs';
import { parseFlags, run } from './lib/flags.mjs';
import { readJson, readMapping } from './lib/inputs.mjs';

const USAGE = `Sends the same transactions of a migrated holder to both chains with cast, and compares
their events and the balances afterwards. It changes both chains.

usage: node spend.mjs --source URL --target URL --contracts FILE [--map FILE]

  --source URL      the JSON-RPC endpoint of a copy of the source chain
  --target URL      the JSON-RPC endpoint of the chain that the contracts were migrated to
  --contracts FILE  the description of the contracts (contracts.json)
  --map FILE        where contracts have another address on the target: {"source": "target"}

The holder's key is read from HOLDER_PRIVATE_KEY (default: the trader of the example). The
holder must have ether and both tokens, and have approved the router for AlderToken.

Exit code: 0 if everything is equal, 1 if anything differs, 2 if the flags are wrong.`;

/** Gets everything that is spent; an account that neither chain knew before. */
const RECIPIENT = '0x7E57000000000000000000000000000000005E1D';

const GAS_LIMIT = '1000000';

/** The transactions: what each does, and the arguments of `cast send` for a chain's addresses. */
function planTransactions({ router, alder, birch, weth }) {
	const path = (...tokens) => `[${tokens.join(',')}]`;
	const tail = [RECIPIENT, String(MaxUint256)];
	const wei = (ether) => String(parseEther(ether));
	return [
		{ what: 'ether transfer', args: [RECIPIENT, '--value', wei('1.5')] },
		{
			what: 'ERC-20 transfer',
			args: [alder, 'transfer(address,uint256)', RECIPIENT, wei('12.5')],
		},
		{
			what: 'swap of ether for tokens',
			args: [
				router,
				'swapExactETHForTokens(uint256,address[],address,uint256)',
				...['0', path(weth, alder), ...tail],
				...['--value', wei('0.5')],
			],
		},
		{
			what: 'swap of tokens for tokens',
			args: [
				router,
				'swapExactTokensForTokens(uint256,uint256,address[],address,uint256)',
				...[wei('7.25'), '0', path(alder, birch), ...tail],
			],
		},
	];
}

/** Sends all transactions to one chain, and reads the balances afterwards. */
async function spend(url, addresses, holder) {
	const rpcFlags = ['--rpc-url', url];
	const gasPrice = String(2n * BigInt(await cast(['gas-price', ...rpcFlags])));
	const gasFlags = ['--legacy', '--gas-price', gasPrice, '--gas-limit', GAS_LIMIT];
	const receipts = [];
	for (const { what, args } of planTransactions(addresses)) {
		const flags = [...rpcFlags, ...gasFlags, '--private-key', holder.privateKey, '--json'];
		const receipt = JSON.parse(await cast(['send', ...args, ...flags]));
		receipts.push({ what, ...receipt });
	}
	return { receipts, balances: await readBalances(rpcFlags, addresses, holder) };
}

/** The recipient's ether, and the tokens of the recipient, the holder and both pairs. */
async function readBalances(rpcFlags, addresses, holder) {
	const balances = {
		'ether of the recipient': await cast(['balance', RECIPIENT, ...rpcFlags]),
	};
	const owners = {
		recipient: RECIPIENT,
		holder: holder.address,
		'pair ALD/WETH': addresses.alderWeth,
		'pair ALD/BIR': addresses.alderBirch,
	};
	for (const token of ['alder', 'birch', 'weth']) {
		for (const [name, owner] of Object.entries(owners)) {
			const call = ['call', addresses[token], 'balanceOf(address)(uint256)', owner];
			balances[`${token} of the ${name}`] = await cast([...call, ...rpcFlags]);
		}
	}
	return balances;
}

/** What a receipt must have in common on both chains, with the source's addresses mapped. */
function outcomeOf(receipt, mapped) {
	return {
		status: receipt.status,
		events: receipt.logs.map(({ address, topics, data }) => ({
			address: mapped(address).toLowerCase(),
			topics: topics.map((topic) => mapWords(topic, mapped)),
			data: mapWords(data, mapped),
		})),
	};
}

/** Maps the addresses among the 32-byte words of `data`. */
function mapWords(data, mapped) {
	const words = data.slice(2).match(/.{1,64}/g) ?? [];
	const mapWord = (word) => {
		const address = `0x${word.slice(24)}`;
		const isAddress = word.length === 64 && /^0{24}/.test(word);
		return isAddress ? `${word.slice(0, 24)}${mapped(address).slice(2).toLowerCase()}` : word;
	};
	return `0x${words.map(mapWord).join('')}`;
}

/** Compares both runs, prints what each transaction did, and gives the differences. */
function compare(source, target, mapped) {
	const differences = [];
	const check = (what, expected, found) => {
		if (expected !== found) differences.push({ what, expected, found });
	};
	for (const [i, receipt] of source.receipts.entries()) {
		const expected = outcomeOf(receipt, mapped);
		const found = outcomeOf(target.receipts[i], (address) => address);
		if (expected.status !== '0x1') {
			throw new Error(`the ${receipt.what} failed on the source: is the holder able to spend?`);
		}
		check(`${receipt.what}: status`, expected.status, found.status);
		check(`${receipt.what}: number of events`, expected.events.length, found.events.length);
		for (const [j, event] of expected.events.entries()) {
			const [wanted, got] = [event, found.events[j]].map((each) => JSON.stringify(each));
			check(`${receipt.what}: event ${j + 1}`, wanted, got);
		}
		const gas = `gas ${Number(receipt.gasUsed)} and ${Number(target.receipts[i].gasUsed)}`;
		console.log(`${receipt.what}: ${expected.events.length} events, ${gas}`);
	}
	for (const [what, expected] of Object.entries(source.balances)) {
		check(what, expected, target.balances[what]);
	}
	return differences;
}

/** The addresses of the contracts that are spent with, as `translate` gives them. */
function addressesOf(contracts, translate) {
	const address = (name) => {
		const contract = contracts.find((each) => each.name === name);
		if (contract === undefined) throw new Error(`the description has no contract ${name}`);
		return translate(contract.address);
	};
	return {
		router: address('UniswapV2Router02'),
		alder: address('AlderToken'),
		birch: address('BirchToken'),
		weth: address('WETH9'),
		alderWeth: address('AlderWethPair'),
		alderBirch: address('AlderBirchPair'),
	};
}

/** The wallet of HOLDER_PRIVATE_KEY, or of the trader. */
function holderOf(accounts) {
	const key = process.env.HOLDER_PRIVATE_KEY;
	if (key) return new Wallet(key);
	return walletAt(accounts.find(({ role }) => role === 'trader').index);
}

async function main() {
	const flags = parseFlags(USAGE, ['source', 'target', 'contracts', 'map?']);
	const { contracts, accounts } = readJson(flags.contracts);
	const mapped = readMapping(flags.map);
	const holder = holderOf(accounts);
	const [source, target] = await Promise.all([
		spend(flags.source, addressesOf(contracts, (address) => address), holder),
		spend(flags.target, addressesOf(contracts, mapped), holder),
	]);
	const differences = compare(source, target, mapped);
	for (const { what, expected, found } of differences) {
		console.log(`difference: ${what}\n  source: ${expected}\n  target: ${found}`);
	}
	const received = formatEther(source.balances['ether of the recipient']);
	console.log(
		`${source.receipts.length} transactions, ${Object.keys(source.balances).length} balances ` +
			`(the recipient has ${received} ether), ${differences.length} differences`,
	);
	process.exitCode = differences.length === 0 ? 0 : 1;
}

run(main);
