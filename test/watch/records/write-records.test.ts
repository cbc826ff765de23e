import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordLine } from '../../../src/watch/records/next-record.js';
import { RecordFile } from '../../../src/watch/records/write-records.js';
import { once } from '../../wait.js';
import { records } from '../machine.js';

const written = records({}, { minute: 1, inOctets: 5n }, { minute: 2, inOctets: 9n });
const [first = '', second = '', third = ''] = written.map(recordLine);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  path = join(folder, 'w.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = () => readFileSync(path, 'utf8');

test('a new file has nothing, and grows by whole lines', async () => {
  await using file = await RecordFile.open(path);
  expect([file.last, file.cut]).toEqual([undefined, false]);
  await file.append(first);
  await file.append(second);
  expect(text()).toBe(first + second);
});

test('a file goes on behind its last record', async () => {
  writeFileSync(path, first + second);
  await using file = await RecordFile.open(path);
  expect([file.last, file.cut]).toEqual([written[1], false]);
  await file.append(third);
  expect(text()).toBe(first + second + third);
});

test.each([
  ['a cut line', second.slice(0, 200), true],
  ['one byte of a line', '{', true],
  ['zero bytes', '\0\0\0\0', true],
  ['a whole line without its newline', second.trimEnd(), false],
])('%s at the end: it stays, on a line of its own', async (_, tail, cut) => {
  writeFileSync(path, first + tail);
  await using file = await RecordFile.open(path);
  expect([file.last, file.cut]).toEqual([cut ? written[0] : written[1], cut]);
  await file.append(third);
  expect(text()).toBe(`${first}${tail}\n${third}`);
});

test.each(['', '\n', '{"sche', first.slice(0, 300), '\0\0\0', `${first.slice(0, 300)}\n${first.slice(0, 40)}`])(
  'a file that never got a whole record is a beginning: %#',
  async (content) => {
    writeFileSync(path, content);
    await using file = await RecordFile.open(path);
    expect(file.last).toBeUndefined();
  },
);

test.each(['hello\n', '{"schema":2}\n', `${'x'.repeat(1 << 17)}\n`])(
  'another file is not touched: %#',
  async (content) => {
    writeFileSync(path, content);
    await expect(RecordFile.open(path)).rejects.toMatchObject({ code: 'WATCH_FILE_FOREIGN' });
    expect(text()).toBe(content);
  },
);

test('the last record is found behind a long rest that is none', async () => {
  writeFileSync(path, `${first}${'x'.repeat(3_000_000)}\n`);
  await using file = await RecordFile.open(path);
  expect(file.last).toEqual(written[0]);
});

test('a second one is refused, and welcome when the first has gone', async () => {
  {
    await using _first = await RecordFile.open(path);
    await expect(RecordFile.open(path)).rejects.toMatchObject({ code: 'WATCH_FILE_BUSY' });
  }
  await using _second = await RecordFile.open(path);
});

test('who may only read it cannot keep a watch from it', async () => {
  writeFileSync(path, '');
  // F_OFD_SETLK with F_RDLCK, until its input ends.
  const script = `import fcntl, struct, sys
held = open('${path}')
fcntl.fcntl(held, 37, struct.pack('hhqqi4x', fcntl.F_RDLCK, 0, 0, 0, 0))
print('held', flush=True)
sys.stdin.read()`;
  const reader = spawn('python3', ['-c', script]);
  try {
    await once(reader.stdout, 'data');
    await using file = await RecordFile.open(path);
    expect(file.unlocked).toBe('a program that reads it locks it');
  } finally {
    reader.kill('SIGKILL');
  }
});

test.each(['/no/such/folder/w', '/dev/null', '/'])('%s cannot be a watch file', async (name) => {
  await expect(RecordFile.open(name)).rejects.toMatchObject({ code: 'WATCH_FILE_FAILED' });
});

test('a file that was moved away is left, and one of its name begun', async () => {
  await using file = await RecordFile.open(path);
  await file.append(first);
  renameSync(path, `${path}.1`);
  await file.append(second);
  expect(readFileSync(`${path}.1`, 'utf8')).toBe(first);
  expect(text()).toBe(second);
  unlinkSync(path);
  await file.append(third);
  expect(text()).toBe(third);
  await expect(RecordFile.open(path)).rejects.toMatchObject({ code: 'WATCH_FILE_BUSY' });
});

test('a file that was emptied in place goes on at its start', async () => {
  await using file = await RecordFile.open(path);
  await file.append(first);
  writeFileSync(path, '');
  await file.append(second);
  expect(text()).toBe(second);
  expect(statSync(path).size).toBe(second.length);
});

test('what somebody else left unended does not swallow a record', async () => {
  await using file = await RecordFile.open(path);
  appendFileSync(path, 'half');
  await file.append(first);
  expect(text()).toBe(`half\n${first}`);
});
