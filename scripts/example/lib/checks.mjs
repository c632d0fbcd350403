import { isDeepStrictEqual } from 'node:util';

/** How long something that must happen by itself may take. */
const PATIENCE_MS = 20_000;

/** Longer values are cut in the sentence about a difference. */
const SHOWN_LENGTH = 400;

/** A difference, in one sentence. */
class Difference extends Error {}

/** Compares what was found with what must be; the first difference ends the run. */
export class Checks {
	/** `subject` is what every sentence about a difference begins with. */
	constructor(subject) {
		this.subject = subject;
		this.count = 0;
		this.last = 'the start';
	}

	/** Runs `work`; of an error that is no difference it says after which check it came. */
	async run(work) {
		try {
			await work();
		} catch (error) {
			if (error instanceof Difference) throw error;
			const reason = error.shortMessage ?? String(error.message).split('\n')[0];
			throw new Error(`${this.subject}: after "${this.last}": ${cut(reason)}`, { cause: error });
		}
	}

	/** Counts a check. */
	begin(what) {
		this.count += 1;
		this.last = what;
	}

	/** `found` must be `expected`, deeply. */
	equal(what, found, expected) {
		this.begin(what);
		if (isDeepStrictEqual(found, expected)) return;
		throw new Difference(
			`${this.subject}: ${what}: expected ${show(expected)}, found ${show(found)}`,
		);
	}

	/** `condition` must hold; `found` is what it is about. */
	holds(what, condition, found) {
		this.begin(what);
		if (condition) return;
		throw new Difference(`${this.subject}: ${what}: does not hold for ${show(found)}`);
	}

	/** The promise must be rejected; `describe` says of the error what must be `expected`. */
	async fails(what, promise, describe, expected) {
		const error = await promise.then(
			(value) => {
				throw new Difference(`${this.subject}: ${what}: expected an error, found ${show(value)}`);
			},
			(reason) => reason,
		);
		const found = describe(error);
		this.begin(what);
		if (isDeepStrictEqual(found, expected)) return;
		const difference = `expected an error with ${show(expected)}, found ${show(found)}`;
		const wording = String(error.message).split('\n')[0];
		throw new Difference(`${this.subject}: ${what}: ${difference} (${wording})`);
	}

	/** What the promise resolves to, which must not take long. */
	async soon(what, promise) {
		let timer;
		const late = new Promise((_, reject) => {
			const seconds = PATIENCE_MS / 1000;
			const sentence = `${this.subject}: ${what}: nothing came within ${seconds} seconds`;
			timer = setTimeout(() => reject(new Difference(sentence)), PATIENCE_MS);
		});
		try {
			return await Promise.race([promise, late]);
		} finally {
			clearTimeout(timer);
		}
	}
}

function show(value) {
	const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
	if (text === undefined) return String(value);
	return cut(text);
}

function cut(text) {
	return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`;
}
