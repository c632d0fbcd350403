import { execFile } from 'node:child_process';
import { binary } from './binaries.mjs';

const TIMEOUT_MS = 60_000;

/** How many items are worked on, and so casts run, at the same time. */
const PARALLEL = 4;

/** Runs `cast` and gives its output; an error has `output`, what cast wrote to standard error. */
export function cast(args) {
	const options = {
		env: { ...process.env, NO_COLOR: '1' },
		timeout: TIMEOUT_MS,
		maxBuffer: 16 * 1024 * 1024,
	};
	return new Promise((resolve, reject) => {
		execFile(binary('cast'), args, options, (error, stdout, stderr) => {
			if (!error) return resolve(stdout.trim());
			const reason = error.killed ? `no answer in ${TIMEOUT_MS / 1000} seconds` : stderr.trim();
			const command = `cast ${args.slice(0, 3).join(' ')}`;
			reject(Object.assign(new Error(`${command}: ${reason}`), { output: reason }));
		});
	});
}

/** Runs `work` for every item, a few at a time; the results are in the order of the items. */
export async function inParallel(items, work) {
	const results = new Array(items.length);
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const index = next++;
			results[index] = await work(items[index]);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL }, worker));
	return results;
}
