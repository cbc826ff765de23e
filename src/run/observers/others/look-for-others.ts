import { parseSockets } from '../../../counters/connections.js';
import type { HeldCounterFiles } from '../../../counters/take-held-files.js';
import { NetmeterError } from '../../../errors.js';
import { socketsOf } from '../../../isolation/machine/read-sockets.js';
import { stillnessOf } from '../../../isolation/machine/read-stillness.js';
import type { Scope } from '../../../isolation/scope.js';
import { DEFAULTS, type MeasureOptions } from '../../../measure-options.js';
import { milliseconds } from '../../../units.js';
import { OtherUsers, SOCKETS } from './other-users.js';

/** Whether any program holds a TCP or UDP socket in the namespace, listening ones too. */
const hasSockets = (files: HeldCounterFiles) =>
  SOCKETS.some((file) => parseSockets(files.read(file) ?? '').some(({ inode }) => inode !== undefined));

/** Looks for other users where there can be any. @throws {NetmeterError} INTERRUPTED */
export async function lookForOthers(
  scope: Scope,
  files: HeldCounterFiles,
  { baselineIdle, signal }: Pick<MeasureOptions, 'baselineIdle' | 'signal'>,
): Promise<OtherUsers | undefined> {
  const { isolation } = scope;
  if (isolation.kind !== 'host' && isolation.kind !== 'join') return undefined;
  // In the usual container nobody else could have used the network just before, and nothing need be waited for.
  const idle = baselineIdle ?? (hasSockets(files) ? DEFAULTS.baselineIdle : milliseconds(0));
  const others = await OtherUsers.look({
    files,
    devices: isolation.devices,
    idle,
    ownSockets: () => socketsOf(scope.processes()),
    stillness: () => stillnessOf(scope.processes()),
    signal,
  });
  if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
  return others;
}
