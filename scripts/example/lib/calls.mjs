import { Interface } from 'ethers';

/** Views whose answer is a fact of the latest block and not of the contract's state. */
export const EXCLUDED = {
	'getBlockNumber()': 'gives the number of the latest block',
	'getCurrentBlockTimestamp()': 'gives the timestamp of the latest block',
};

/** Indices that are tried for getters with an index beside another key. */
const FIRST_INDICES = ['0', '1'];

/** The views of a contract to call: `{signature, args}`, and `excluded` ones with a reason. */
export function planCalls({ address, abi }, mentions) {
	const calls = [];
	const excluded = [];
	new Interface(abi).forEachFunction((fragment) => {
		const name = fragment.format('sighash');
		if (name in EXCLUDED) {
			excluded.push({ name, reason: EXCLUDED[name] });
			return;
		}
		const signature = `${name}(${fragment.outputs.map((output) => output.format()).join(',')})`;
		const types = fragment.inputs.map(({ type }) => type);
		for (const args of argumentsFor(types, address, mentions)) calls.push({ signature, types, args });
	});
	return { calls, excluded };
}

/** The argument lists to call a view with; none when it is not a getter of one or two keys. */
function argumentsFor(types, address, mentions) {
	if (types.length === 0) return [[]];
	const { ids, words, groups } = mentions.of(address);
	if (types.length === 1) {
		const keys = { address: mentions.addresses, uint256: ids, bytes32: words }[types[0]];
		return [...(keys ?? [])].map((key) => [key]);
	}
	if (types.length === 2) return unique(groups.flatMap((values) => pairsIn(values, types)));
	return [];
}

/** The pairs of `types` among the values of one event; an index is not looked for in the event. */
function pairsIn(values, [first, second]) {
	const candidates = (type) =>
		type === 'uint256'
			? FIRST_INDICES.map((value) => ({ type, value }))
			: values.filter((value) => value.type === type);
	return candidates(first).flatMap((a) =>
		candidates(second)
			.filter((b) => a !== b)
			.map((b) => [a.value, b.value]),
	);
}

function unique(lists) {
	return [...new Map(lists.map((list) => [list.join(), list])).values()];
}
