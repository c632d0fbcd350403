import { Interface, getAddress } from 'ethers';
import { rpc } from './rpc.mjs';

/** Numbers in events below this are taken for ids and indices, and others for amounts. */
const ID_LIMIT = 2n ** 32n;

/** What the events of a chain mention: addresses of all contracts, the rest per contract. */
export class Mentions {
	constructor() {
		this.addresses = new Set();
		this.contracts = new Map();
	}

	/** What the events of the contract at `address` mention: `{ids, words, groups}`. */
	of(address) {
		const key = address.toLowerCase();
		if (!this.contracts.has(key)) {
			this.contracts.set(key, { ids: new Set(), words: new Set(), groups: [] });
		}
		return this.contracts.get(key);
	}

	/** Adds the values of one event of the contract at `address`. */
	add(address, values) {
		const contract = this.of(address);
		for (const { type, value } of values) {
			if (type === 'address') this.addresses.add(value);
			if (type === 'uint256' && BigInt(value) < ID_LIMIT) contract.ids.add(value);
			if (type === 'bytes32') contract.words.add(value);
		}
		contract.groups.push(values);
	}
}

/** Reads all events of `contracts` from a node. */
export async function readMentions(url, contracts) {
	const interfaces = new Map(
		contracts.map(({ address, abi }) => [address.toLowerCase(), new Interface(abi)]),
	);
	const logs = await rpc(url, 'eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }]);
	const mentions = new Mentions();
	for (const log of logs) {
		const own = interfaces.get(log.address.toLowerCase());
		if (own === undefined) continue;
		const event = [own, ...interfaces.values()].map((each) => parse(each, log)).find(Boolean);
		if (event) mentions.add(log.address, flatten(event.fragment.inputs, event.args));
	}
	return mentions;
}

/** The event of a log, or null when the interface has another one, or none, with its topic. */
function parse(contractInterface, log) {
	try {
		return contractInterface.parseLog(log);
	} catch {
		return null;
	}
}

/** The single values of event arguments, those in arrays too. */
function flatten(inputs, args) {
	return inputs.flatMap((input, i) => {
		if (input.baseType === 'array') {
			return flatten(Array(args[i].length).fill(input.arrayChildren), args[i]);
		}
		if (input.baseType === 'tuple') return flatten(input.components, args[i]);
		const value = input.type === 'address' ? getAddress(args[i]) : String(args[i]);
		return [{ type: input.type, value }];
	});
}
