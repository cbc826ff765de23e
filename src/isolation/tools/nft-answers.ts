import type { LineChannel } from './line-channel.js';

/** Reads what `nft -i` answers up to the end of a chain's listing, which was asked for. @returns false after an error */
export async function hasChain(nft: LineChannel, chain: string): Promise<boolean> {
  for (let seen = false; ; ) {
    const line = await nft.nextLine();
    if (line === undefined || line.startsWith('Error:')) return false;
    seen ||= line.trim() === `chain ${chain} {`;
    if (seen && line === '}') return true;
  }
}
