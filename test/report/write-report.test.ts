import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
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
import type { Behalf } from '../../src/files/behalf.js';
import { ReportFile, writeReport } from '../../src/report/write-report.js';
import { until } from '../wait.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ACCOUNT = { uid: 4242, gid: 4343, groups: [] };
const FOREIGN: Behalf = { starter: ACCOUNT, accountOf: () => undefined };
const OWN: Behalf = { accountOf: () => undefined };

describe('a file', () => {
  test('that is new has the text, the usual mode, and nothing beside it', async () => {
    await writeReport(join(folder, 'new.json'), '{}\n');
    expect(readFileSync(join(folder, 'new.json'), 'utf8')).toBe('{}\n');
    expect(statSync(join(folder, 'new.json')).mode & 0o777).toBe(0o666 & ~process.umask());
    expect(readdirSync(folder)).toEqual(['new.json']);
  });

  test('that exists is replaced and keeps its owner and mode', async () => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'a longer text than the new one');
    chmodSync(file, 0o640);
    chownSync(file, 4242, 4343);
    await writeReport(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file)).toMatchObject({ uid: 4242, gid: 4343 });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test("of somebody else's in a folder that others may write to becomes ours", async () => {
    const file = join(folder, 'planted.json');
    writeFileSync(file, '');
    chownSync(file, 4242, 4343);
    chmodSync(file, 0o666);
    chmodSync(folder, 0o1777);
    await writeReport(file, 'new');
    expect(statSync(file)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test('behind a dangling link is made', async () => {
    symlinkSync('target.json', join(folder, 'link.json'));
    await writeReport(join(folder, 'link.json'), 'new');
    expect(readFileSync(join(folder, 'target.json'), 'utf8')).toBe('new');
  });

  test('behind links that lead in a circle is an error', async () => {
    symlinkSync('a.json', join(folder, 'b.json'));
    symlinkSync('b.json', join(folder, 'a.json'));
    await expect(writeReport(join(folder, 'a.json'), 'new')).rejects.toThrow('too many symbolic links');
  });

  test('goes where its path led when it was chosen', async () => {
    mkdirSync(join(folder, 'a'));
    mkdirSync(join(folder, 'b'));
    using report = new ReportFile(join(folder, 'a/net.json'), OWN);
    renameSync(join(folder, 'a'), join(folder, 'moved'));
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('../b/net.json', join(folder, 'moved/net.json'));
    await report.write('new');
    expect(readdirSync(join(folder, 'b'))).toEqual([]);
    expect(lstatSync(join(folder, 'moved/net.json')).isFile()).toBe(true);
  });

  test.each(['is made', 'is made anew'])('in a folder that %s after it was chosen is written', async (how) => {
    const out = join(folder, 'out');
    if (how === 'is made anew') mkdirSync(out);
    using report = new ReportFile(join(out, 'net.json'), OWN);
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
    await report.write('new');
    expect(readFileSync(join(out, 'net.json'), 'utf8')).toBe('new');
  });

  test('behind a symbolic link is written through it', async () => {
    writeFileSync(join(folder, 'target.json'), 'old');
    symlinkSync('target.json', join(folder, 'link.json'));
    await writeReport(join(folder, 'link.json'), 'new');
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'target.json'), 'utf8')).toBe('new');
  });
});

describe.runIf(process.getuid?.() === 0)('on behalf of another account', () => {
  test('a new file belongs to it', async () => {
    chmodSync(folder, 0o777);
    await writeReport(join(folder, 'new.json'), '{}\n', FOREIGN);
    expect(statSync(join(folder, 'new.json'))).toMatchObject({ uid: 4242, gid: 4343 });
  });

  test('nothing is written where it may not write', async () => {
    await expect(writeReport(join(folder, 'new.json'), '{}', FOREIGN)).rejects.toThrow('permission denied');
    expect(readdirSync(folder)).toEqual([]);
    expect(process.geteuid?.()).toBe(0);
  });

  test('neither to a pipe that it may not write to', async () => {
    chmodSync(folder, 0o755);
    await run('mkfifo', '-m', '600', join(folder, 'fifo.json'));
    await expect(writeReport(join(folder, 'fifo.json'), '{}', FOREIGN)).rejects.toThrow('permission denied');
  });

  test('a pipe that it may write to waits for its reader', async () => {
    chmodSync(folder, 0o755);
    await run('mkfifo', '-m', '666', join(folder, 'fifo.json'));
    chmodSync(join(folder, 'fifo.json'), 0o666);
    const written = writeReport(join(folder, 'fifo.json'), 'through', FOREIGN);
    const reader = spawn('cat', [join(folder, 'fifo.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await readAll(reader.stdout)).toBe('through');
    await written;
  });

  test.each<[string, (place: string) => string]>([
    ['a folder', (place) => place],
    [
      'a link',
      (place) => {
        symlinkSync(place, `${folder}/link`);
        lchownSync(`${folder}/link`, 4242, 4343);
        chmodSync(place, 0o777);
        return `${folder}/link`;
      },
    ],
  ])('root takes the rights of whom %s on the way belongs to', async (what, lead) => {
    chmodSync(folder, 0o755);
    const place = join(folder, 'theirs');
    mkdirSync(place);
    if (what === 'a folder') chownSync(place, 4242, 4343);
    const path = `${lead(place)}/net.json`;
    await writeReport(path, '{}', { accountOf: (uid) => (uid === 4242 ? ACCOUNT : undefined) });
    expect(statSync(path)).toMatchObject({ uid: 4242, gid: 4343 });
  });

  test('and keeps them, wherever the path leads on', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'theirs'));
    mkdirSync(join(folder, 'roots'));
    chownSync(join(folder, 'theirs'), 4242, 4343);
    symlinkSync(join(folder, 'roots'), join(folder, 'theirs/out'));
    const path = join(folder, 'theirs/out/net.json');
    await expect(writeReport(path, '{}', { accountOf: (uid) => (uid ? ACCOUNT : undefined) })).rejects.toThrow(
      'permission denied',
    );
    expect(readdirSync(join(folder, 'roots'))).toEqual([]);
  });
});

describe('whether it can be written', () => {
  const asked = (path: string, behalf = OWN) => {
    using report = new ReportFile(path, behalf);
    report.requireWritable();
  };
  const refusal = (message: RegExp) =>
    expect.objectContaining({ code: 'REPORT_NOT_WRITTEN', message: expect.stringMatching(message) });

  test('is asked without a trace', async () => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'kept');
    asked(file);
    asked(join(folder, 'new.json'));
    expect(readdirSync(folder)).toEqual(['old.json']);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  test('what is wrong is reported with the reason', () => {
    expect(() => asked(join(folder, 'missing/x.json'))).toThrow(
      refusal(/cannot be written: no such file or directory$/),
    );
    expect(() => asked(folder)).toThrow(refusal(/cannot be written: it is a folder$/));
    expect(() => asked('/sys/kernel/x.json')).toThrow(refusal(/cannot be written: /));
    expect(() => asked('/dev/fd/987')).toThrow(refusal(/descriptor 987 is not open for writing$/));
    const reading = openSync('/dev/null', 'r');
    expect(() => asked(`/dev/fd/${reading}`)).toThrow(refusal(/is not open for writing$/));
    closeSync(reading);
  });

  test.runIf(process.getuid?.() === 0)('with the rights that it will be written with', () => {
    expect(() => asked(join(folder, 'x.json'), FOREIGN)).toThrow(refusal(/cannot be written: permission denied$/));
    chmodSync(folder, 0o1777);
    asked(join(folder, 'x.json'), FOREIGN);
    writeFileSync(join(folder, 'x.json'), '');
    expect(() => asked(join(folder, 'x.json'), FOREIGN)).toThrow(refusal(/sticky bit$/));
  });

  test('the reader of a pipe does not notice', async () => {
    const pipe = join(folder, 'fifo.json');
    await run('mkfifo', pipe);
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    using report = new ReportFile(pipe, OWN);
    report.requireWritable();
    await report.write('through');
    expect(await readAll(reader.stdout)).toBe('through');
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

  test.each(['/', '/.', '/x.json'])('for a file with %s behind it leaves it as it was', async (tail) => {
    const file = join(folder, 'old.json');
    writeFileSync(file, 'kept');
    await expect(writeReport(`${file}${tail}`, '{}')).rejects.toMatchObject({ code: 'REPORT_NOT_WRITTEN' });
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
    await until('others have their turn', () => turns > 2);
    const reader = spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await readAll(reader.stdout)).toBe('through');
    await written;
    clearInterval(ticking);
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

  test('a link to a descriptor is the descriptor', async () => {
    const file = join(folder, 'output');
    const descriptor = openSync(file, 'w');
    try {
      writeSync(descriptor, 'first\n');
      symlinkSync(`/dev/fd/${descriptor}`, join(folder, 'link.json'));
      await writeReport(join(folder, 'link.json'), 'report\n');
    } finally {
      closeSync(descriptor);
    }
    expect(readFileSync(file, 'utf8')).toBe('first\nreport\n');
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
