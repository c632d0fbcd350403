import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** The path of the `anvil` or `cast` binary that npm installed for this platform. */
export function binary(tool) {
	const target = `${process.platform}-${ARCHITECTURES[process.arch]}`;
	const file = process.platform === 'win32' ? `${tool}.exe` : tool;
	try {
		return require.resolve(`@foundry-rs/${tool}-${target}/bin/${file}`);
	} catch {
		throw new Error(`there is no ${tool} for ${target}: run "npm ci" in scripts/example first`);
	}
}
