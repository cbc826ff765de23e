import { joined } from '../tools/holders/line-channel.js';

/** What a transport says of itself with --version: `pasta 0.0~git20240906.6b38f07`, `slirp4netns version 1.2.0`. */
export function transportVersion(said: readonly string[]): string | undefined {
  const versions = said.map((line) => /^(?:pasta|slirp4netns) (?:version )?(\S+)(?: version)?\s*$/.exec(line)?.[1]);
  return versions.find((version) => version !== undefined);
}

/**
 * True for the pasta of Debian 12 (March 2023), which does not know its own version: its answer to a connect that was
 * refused lacks the acknowledgement without which a connecting socket takes no notice of a reset (RFC 9293, 3.10.7.3).
 */
export const hidesRefusals = (said: readonly string[]) =>
  said.some((line) => line.startsWith('pasta ')) && transportVersion(said) === 'unknown';

/** Licences, what they are built with, and pasta's complaint of each line that no syslog takes. */
const NOISE =
  /bytes to syslog|^Copyright |^GNU |^This is free software|^There is NO WARRANTY|^(commit|libslirp|SLIRP_\w+|libseccomp):|tapfd=/;

/** What a transport said, for a message: its version and its complaints. */
export const complaint = (said: readonly string[]) =>
  joined(said.filter((line) => !NOISE.test(line))) || 'no reason given';
