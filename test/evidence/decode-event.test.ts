import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceEvent } from '../../src/attribution/processes/trace-event.js';
import { eventDecoder } from '../../src/evidence/decode-event.js';
import { walkPage } from '../../src/evidence/ring-buffer-page.js';
import { traceFixture, viewOf } from './trace-fixture.js';

/** The events of captured pages, of both CPUs in turn. */
function decoded(pages = traceFixture().pages): TraceEvent[] {
  const { formats, layout } = traceFixture();
  const decode = eventDecoder(formats, true);
  const events: TraceEvent[] = [];
  for (const page of pages) {
    walkPage(
      viewOf(page),
      page.length,
      layout,
      (at, start, end) => {
        const event = decode?.(viewOf(page), at, start, end);
        if (event) events.push(event);
      },
      true,
    );
  }
  return events;
}

const of = <Kind extends TraceEvent['kind']>(kind: Kind) =>
  decoded().filter((event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind);

test('every captured event is known', () => {
  expect(decoded()).toHaveLength(34);
});

test('sends and receives, but no peek', () => {
  expect(of('moved').map(({ tid, way, bytes, protocol }) => [tid, way, bytes, protocol])).toEqual([
    [8150, 'out', 1000, 6],
    [8150, 'in', 600, 6],
    [8150, 'in', 400, 6],
    [8162, 'out', 20, 6],
    [8150, 'in', 20, 6],
    [8150, 'out', 1, 6],
  ]);
});

test('a send’s socket is the one that connected', () => {
  const [connect, connect6] = of('turned').filter(({ from, to }) => from === 7 && to === 2);
  const [sent] = of('moved');
  expect(sent?.socket).toBe(connect?.socket);
  expect(connect?.remote).toEqual({ address: '127.0.0.1', port: 7020 });
  expect(connect6?.remote).toEqual({ address: '::1', port: 7021 });
});

test('forks of processes and threads, programs and ends', () => {
  expect(of('forked').map(({ tid, child, isThread }) => [tid, child, isThread])).toEqual([
    [8150, 8162, true],
    [8107, 8150, false],
  ]);
  expect(of('executed').map(({ tid, wasTid, file }) => [tid, wasTid, file])).toEqual([
    [8150, 8150, '/usr/bin/python3'],
    [8150, 8150, '/usr/bin/taskset'],
  ]);
  expect(of('exited').map(({ tid }) => tid)).toEqual([8162, 8150]);
  expect(of('marked').map(({ tid, text }) => [tid, text])).toEqual([
    [8107, 'before'],
    [8107, 'command'],
  ]);
});

test('a kernel whose records lack a field has no decoder', () => {
  const { formats } = traceFixture();
  const event = 'sock/sock_send_length';
  const fields = new Map([...formats[event].fields].filter(([name]) => name !== 'ret'));
  expect(eventDecoder({ ...formats, [event]: { ...formats[event], fields } })).toBeUndefined();
});

test('nonsense is decoded to something or nothing', () => {
  const [page] = traceFixture().pages;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 16, max: 1900 }), fc.integer({ min: 0, max: 255 }))), (changes) => {
      const bytes = Buffer.from(page ?? []);
      for (const [position, byte] of changes) bytes[position] = byte;
      expect(decoded([bytes]).length).toBeLessThanOrEqual(bytes.length / 4);
    }),
  );
});
