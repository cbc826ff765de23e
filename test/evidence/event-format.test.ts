import { describe, expect, test } from 'vitest';
import { parseEventFormat, parsePageLayout } from '../../src/evidence/event-format.js';
import { traceFixture } from './trace-fixture.js';

describe('an event’s fields', () => {
  test('are those that the kernel names', () => {
    const { formats } = traceFixture();
    const { fields, id } = formats['sock/inet_sock_set_state'];
    expect(id).toBeGreaterThan(0);
    expect(fields.get('daddr_v6')).toEqual({ offset: 56, size: 16 });
    expect(fields.get('skaddr')).toEqual({ offset: 8, size: 8 });
    expect(formats['sched/sched_process_exec'].fields.get('filename')).toEqual({ offset: 8, size: 4 });
    expect(formats['ftrace/print'].fields.get('buf')?.size).toBe(0);
  });

  test.each(['', 'name: x\nformat:\n', '\tfield:int ret;\toffset:20;\tsize:4;'])('of %j are not known', (text) => {
    expect(parseEventFormat(text)).toBeUndefined();
  });
});

describe('a page’s layout', () => {
  const text = (commit: number) => `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
\tfield: local_t commit;\toffset:8;\tsize:${commit};\tsigned:1;
\tfield: char data;\toffset:${8 + commit};\tsize:4080;\tsigned:0;\n`;

  test.each([
    ['64 bits', text(8), true, { size: 4096, commit: 8, data: 16 }],
    ['64 bits, big-endian', text(8), false, { size: 4096, commit: 12, data: 16 }],
    ['32 bits', text(4), false, { size: 4092, commit: 8, data: 12 }],
    ['nothing', '', true, undefined],
  ])('of %s', (_, header, little, layout) => {
    expect(parsePageLayout(header, little)).toEqual(layout);
  });
});
