import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../../src/measurement/measurement.js';
import { type Ended, NETMETER, runToEnd } from '../netmeter.js';

/** Measures a shell line on a host whose /etc/resolv.conf is the test's own, in a mount namespace of the test's own. */
export async function measuredWithResolver(
  resolvConf: string,
  script: string,
  options: readonly string[] = [],
): Promise<Ended & { readonly report: Measurement }> {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  try {
    writeFileSync(join(folder, 'resolv.conf'), resolvConf);
    writeFileSync(join(folder, 'job.sh'), script);
    const netmeter = [process.execPath, NETMETER, '--report', `${folder}/report.json`, ...options];
    const line = `mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)" && exec "$@"`;
    const words = ['--mount', 'sh', '-euc', line, 'sh', ...netmeter, '--', 'sh', '-eu', `${folder}/job.sh`];
    const ended = await runToEnd('unshare', words);
    return { ...ended, report: JSON.parse(readFileSync(`${folder}/report.json`, 'utf8')) as Measurement };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
