import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Why these tests cannot run here; undefined when they can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'they need root';
  const missing = [
    'ip',
    'nft',
    'tc',
    'unshare',
    'ethtool',
    'python3',
    'tmux',
    'less',
    'sudo',
    'ps',
    'pasta',
    'slirp4netns',
    'curl',
  ].filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const python = spawnSync('python3', ['-c', 'import json, socket, threading']);
  if (python.status !== 0)
    return 'python3 lacks its standard library (Debian: the package python3, not python3-minimal)';
  const unshared = spawnSync('unshare', ['--net', 'true']);
  return unshared.status === 0 ? undefined : `no network namespace can be made here: ${unshared.stderr}`;
}

/** A suite that needs namespaces. Without them it is skipped with the reason, or fails where they are required. */
export function describePrivileged(name: string, suite: () => void): void {
  const reason = obstacle();
  if (reason === undefined) describe(name, suite);
  else if (process.env['NETMETER_NAMESPACE_TESTS'] === 'required')
    throw new Error(`namespace tests are required here, but ${reason}`);
  else describe.skip(`${name} (skipped: ${reason})`, suite);
}
