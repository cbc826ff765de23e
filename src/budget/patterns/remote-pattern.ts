import { parseRange } from './address-range.js';

/** What the pattern of a limit on remotes may be. */
export const REMOTE_FORMS = "Remotes are like example.org, '*.example.org', 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.";

/**
 * Why a pattern can never fit a remote: its limit would be kept by whatever the command does.
 * @returns undefined: it is an address, a network, or a pattern of names
 */
export function whyNoRemote(pattern: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(pattern)) return 'it is a URL: give its host alone';
  if (/^(?:[^:]*|\[.*\]):\d+(?:\/\w+)?$/.test(pattern)) return 'a single port cannot be chosen: leave it out';
  if (parseRange(pattern)) return undefined;
  if (/\s/.test(pattern)) return 'no name has a space in it';
  if (pattern.includes('/')) return 'it is no network';
  // A name has no colon, and its last part is no number.
  if (pattern.includes(':') || /^[\d.]*\.\d+\.?$|^\d+$/.test(pattern)) return 'it is no address';
  return /^\d+(?:\.\d+)*\.[*?]/.test(pattern) ? 'stars are for names: write a network' : undefined;
}
