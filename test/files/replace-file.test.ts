import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { HeldPlace } from '../../src/files/held-place.js';
import { replaceFile } from '../../src/files/replace-file.js';

/** As setfacl -m u:4711:rw,m::rw does to a file of the group's own bits `may`. */
const LIST = `import os, struct, sys
none = 2**32 - 1
entries = [(1, 6, none), (2, 6, 4711), (4, int(sys.argv[2]), none), (16, 6, none), (32, 0, none)]
os.setxattr(sys.argv[1], 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in entries))`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function replaced(spoil: (file: string) => void): number {
  const file = join(folder, 'report.json');
  writeFileSync(file, 'old');
  spoil(file);
  using place = HeldPlace.find(file, OWN_BEHALF);
  replaceFile(place, 'new');
  expect(readFileSync(file, 'utf8')).toBe('new');
  return statSync(file).mode & 0o777;
}

test.each([0o600, 0o640, 0o664])('the mode %o is kept', (mode) => {
  expect(replaced((file) => chmodSync(file, mode))).toBe(mode);
});

test.each([
  [0, 0o600],
  [4, 0o640],
  [6, 0o660],
])('an access list stays behind, and gives a group that might do %i nothing more', (may, mode) => {
  expect(replaced((file) => void execFileSync('python3', ['-c', LIST, file, `${may}`]))).toBe(mode);
});
