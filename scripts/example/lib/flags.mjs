import { parseArgs } from 'node:util';

/** Parses `--name value` flags, optional if named `name?`; prints `usage` and exits 2 if wrong. */
export function parseFlags(usage, names) {
	const required = names.filter((name) => !name.endsWith('?'));
	const all = names.map((name) => name.replace('?', ''));
	const options = Object.fromEntries(all.map((name) => [name, { type: 'string' }]));
	try {
		const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
		if (values.help) {
			console.log(usage);
			process.exit(0);
		}
		const missing = required.filter((name) => values[name] === undefined);
		if (missing.length > 0) throw new Error(`--${missing.join(' and --')} must be given`);
		return values;
	} catch (error) {
		console.error(`${error.message}\n${usage}`);
		process.exit(2);
	}
}

/** Runs a script's `main`, and ends with one sentence and exit code 1 when it throws. */
export function run(main) {
	main().catch((error) => {
		console.error(`error: ${error.message}`);
		process.exit(1);
	});
}
