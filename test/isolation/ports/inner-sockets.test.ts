import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readProcesses } from '../../../src/isolation/machine/read-processes.js';
import { openInnerSockets } from '../../../src/isolation/ports/inner-sockets.js';

const PORTS = [{ port: 7391, protocol: 'tcp' }] as const;
const children = () => readProcesses().filter(({ parent }) => parent === process.pid);

test('whoever is interrupted does not wait for a process inside that somebody has stopped', async () => {
  const before = children().map(({ pid }) => pid);
  const interruption = new AbortController();
  const opening = openInnerSockets(
    (spawn) => spawn(['sh', '-c', 'kill -STOP $$; exec "$@"', 'sh']),
    PORTS,
    interruption.signal,
  );
  const mine = () => children().filter(({ pid }) => !before.includes(pid));
  await expect
    .poll(() =>
      mine()
        .map(({ pid }) => readFileSync(`/proc/${pid}/stat`, 'latin1'))
        .join(),
    )
    .toMatch(/\) T /);
  interruption.abort();
  await expect(opening).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await expect.poll(mine).toEqual([]);
});
