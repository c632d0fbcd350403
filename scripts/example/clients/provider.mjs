import { JsonRpcProvider } from 'ethers';

/**
 * A provider of ethers that remembers no answer and looks for blocks often. It asks for events by
 * filters, as is its default, or by searching for logs (`polling`).
 */
export function connect(url, { polling = false } = {}) {
	return new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 100, polling });
}
