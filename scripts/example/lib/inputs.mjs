import { readFileSync } from 'node:fs';
import { getAddress } from 'ethers';

/** Reads a JSON file. */
export function readJson(file) {
	return JSON.parse(readFileSync(file, 'utf8'));
}

/** The function from source to target address that a `--map` file gives; other words stay. */
export function readMapping(file) {
	const entries = file === undefined ? [] : Object.entries(readJson(file));
	const map = new Map(entries.map(([from, to]) => [from.toLowerCase(), getAddress(to)]));
	return (word) => map.get(word.toLowerCase()) ?? word;
}
