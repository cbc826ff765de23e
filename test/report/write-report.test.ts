import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeReport } from '../../src/report/write-report.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file', () => {
  test('that is new has the text, the usual mode, and nothing beside it', async () => {
    await writeReport(join(folder, 'new.json'), '{}\n');
    expect(readFileSync(join(folder, 'new.json'), 'utf8')).toBe('{}\n');
    expect(statSync(join(folder, 'new.json')).mode & 0o777).toBe(0o666 & ~process.umask());
    expect(readdirSync(folder)).toEqual(['new.json']);
  });

  test('that is new belongs to the owner given', async () => {
    await writeReport(join(folder, 'new.json'), '{}\n', { uid: 4242, gid: 4343 });
    expect(statSync(join(folder, 'new.json'))).toMatchObject({ uid: 4242, gid: 4343 });
  });

  test('that exists is replaced and keeps its owner and mode', async () => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'a longer text than the new one');
    chmodSync(file, 0o640);
    await writeReport(file, 'new', { uid: 4242, gid: 4343 });
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('behind a symbolic link is written through it', async () => {
    writeFileSync(join(folder, 'target.json'), 'old');
    symlinkSync('target.json', join(folder, 'link.json'));
    await writeReport(join(folder, 'link.json'), 'new');
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'target.json'), 'utf8')).toBe('new');
  });
});

describe('what cannot be written', () => {
  test('in a missing folder is an error with the path and the reason alone', async () => {
    const file = join(folder, 'missing/x.json');
    await expect(writeReport(file, '{}')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      message: `the report ${file} was not written: no such file or directory`,
    });
  });

  test('over a folder leaves the folder, and nothing beside it', async () => {
    mkdirSync(join(folder, 'x.json'));
    await expect(writeReport(join(folder, 'x.json'), '{}')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      message: expect.stringMatching(/directory/),
    });
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  test('below a file is an error', async () => {
    writeFileSync(join(folder, 'file'), 'kept');
    await expect(writeReport(join(folder, 'file/x.json'), '{}')).rejects.toMatchObject({ code: 'REPORT_NOT_WRITTEN' });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept');
  });

  test('on a full device is an error', async () => {
    await expect(writeReport('/dev/full', '{}')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      message: 'the report /dev/full was not written: no space left on device',
    });
  });

  test('to a descriptor that is not open is an error', async () => {
    await expect(writeReport('/dev/fd/987', '{}')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      message: 'the report /dev/fd/987 was not written: bad file descriptor',
    });
  });

  test('in a folder that not even root may write to is an error', async () => {
    await expect(writeReport('/sys/kernel/x.json', '{}')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      message: expect.stringMatching(/^the report \/sys\/kernel\/x\.json was not written: /),
    });
  });

  test('to its end leaves an existing file as it was, and nothing beside it', async () => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'kept');
    const limitFiles = (octets: string) => run('prlimit', '--pid', `${process.pid}`, `--fsize=${octets}:unlimited`);
    // Otherwise the signal that comes before the error would end the test's process.
    const ignore = () => {};
    process.on('SIGXFSZ', ignore);
    await limitFiles('4096');
    try {
      await expect(writeReport(file, 'x'.repeat(10_000))).rejects.toMatchObject({
        code: 'REPORT_NOT_WRITTEN',
        message: `the report ${file} was not written: file too large`,
      });
    } finally {
      await limitFiles('unlimited');
      process.off('SIGXFSZ', ignore);
    }
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect(readdirSync(folder)).toEqual(['old.json']);
  });

  test('for a wrong name leaves an existing file as it was', async () => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'kept');
    await expect(writeReport(`${file}/`, '{}')).rejects.toMatchObject({ code: 'REPORT_NOT_WRITTEN' });
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});

describe('pipes and descriptors', () => {
  test('a FIFO waits for its reader without holding up the rest, and stays a FIFO', async () => {
    const fifo = join(folder, 'fifo.json');
    await run('mkfifo', fifo);
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    const written = writeReport(fifo, 'through');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const reader = spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await readAll(reader.stdout)).toBe('through');
    await written;
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(2);
    expect(statSync(fifo).isFIFO()).toBe(true);
  });

  test.each(['/dev/fd', '/proc/self/fd'])('a file open at %s/N is written on, not over', async (descriptors) => {
    const file = join(folder, 'output');
    const descriptor = openSync(file, 'w');
    try {
      writeSync(descriptor, "the command's output\n");
      await writeReport(`${descriptors}/${descriptor}`, 'report\n');
      writeSync(descriptor, 'more\n');
    } finally {
      closeSync(descriptor);
    }
    expect(readFileSync(file, 'utf8')).toBe("the command's output\nreport\nmore\n");
  });

  test('a character device is written as it is', async () => {
    await writeReport('/dev/null', '{}');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(existsSync('/dev/null')).toBe(true);
  });
});

function run(file: string, ...words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(file, words)
      .once('error', reject)
      .once('close', (status) => (status === 0 ? resolve() : reject(status)));
  });
}
