import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OrphanWatch } from '../../../src/run/observers/watch-orphans.js';
import { until } from '../../wait.js';

type Sockets = NonNullable<ConstructorParameters<typeof OrphanWatch>[0]['sockets']>;

const meter = (opened: number) => ({ connections: { opened }, watchSends: vi.fn(), watchOrphans: vi.fn() });
const watch = (sockets: ReturnType<typeof meter>) =>
  new OrphanWatch({ sockets: sockets as unknown as Sockets, tree: undefined });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const passTime = async (ms: number) => {
  for (let left = ms; left > 0; left--) {
    vi.advanceTimersByTime(1);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
};

test('a command that lives on is watched before it has a connection: its first one may be short', async () => {
  const sockets = meter(0);
  using _ = watch(sockets);
  await passTime(200);
  vi.useRealTimers();
  await until('packets without a socket are counted', () => sockets.watchOrphans.mock.calls.length === 1);
  expect(sockets.watchSends).toHaveBeenCalled();
});

test('a command that is over at once costs nothing', async () => {
  const sockets = meter(0);
  const watched = watch(sockets);
  await passTime(3);
  await watched.atCommandEnd();
  watched[Symbol.dispose]();
  await passTime(500);
  expect(sockets.watchOrphans).not.toHaveBeenCalled();
});
