import { gunzipSync } from 'node:zlib';

/** Calls one JSON-RPC method and gives its result. */
export async function rpc(url, method, params = []) {
	let response;
	try {
		response = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
		});
	} catch (error) {
		throw new Error(`${method}: no answer from ${url}: ${error.cause?.message ?? error.message}`);
	}
	const text = await response.text();
	if (!response.ok) throw new Error(`${method}: ${url} answered ${response.status}: ${text}`);
	const { result, error } = JSON.parse(text);
	if (error) throw new Error(`${method}: ${error.message}`);
	return result;
}

/** The whole chain of an anvil: accounts, blocks and transactions. */
export async function dumpState(url) {
	const dump = await rpc(url, 'anvil_dumpState');
	return JSON.parse(gunzipSync(Buffer.from(dump.slice(2), 'hex')));
}

/** The accounts of an anvil by address, with all their storage. */
export async function dumpAccounts(url) {
	return (await dumpState(url)).accounts;
}

/** The storage slots of every contract of an anvil: `{address: [slot, ...]}`. */
export async function dumpSlots(url) {
	const slots = {};
	for (const [address, { storage }] of Object.entries(await dumpAccounts(url))) {
		const used = Object.keys(storage).filter((slot) => BigInt(storage[slot]) !== 0n);
		if (used.length > 0) slots[address] = used;
	}
	return slots;
}
