import { expect, test } from 'vitest';
import { complaint, hidesRefusals, transportVersion } from '../../../src/isolation/user-mode/transport-sayings.js';

/** Debian 12's, as it speaks without a syslog. */
const OLD = [
  'pasta unknown version',
  'Copyright Red Hat',
  'GNU Affero GPL version 3 or later <https://www.gnu.org/licenses/agpl-3.0.html>',
  'This is free software: you are free to change and redistribute it.',
  'There is NO WARRANTY, to the extent permitted by law.',
  '',
];
const SLIRP = ['slirp4netns version 1.2.0', 'commit: 656041d45cfca7a4176f6b7eed9e4fe6c11e8383', 'libslirp: 4.7.0'];

test.each([
  [OLD, 'unknown'],
  [['pasta 0.0~git20240906.6b38f07'], '0.0~git20240906.6b38f07'],
  [['pasta 2025_01_21.4f2c8e7'], '2025_01_21.4f2c8e7'],
  [SLIRP, '1.2.0'],
  [['Failed to open tun socket in namespace'], undefined],
])('the version in %j', (said, version) => {
  expect(transportVersion(said)).toBe(version);
});

test('only the pasta that does not know its version hides refusals', () => {
  expect(hidesRefusals(OLD)).toBe(true);
  expect(hidesRefusals(['pasta 0.0~git20240906.6b38f07'])).toBe(false);
  expect(hidesRefusals(SLIRP)).toBe(false);
});

test('a complaint comes with the version and without licences', () => {
  const said = [...OLD, 'Failed to send 51 bytes to syslog', "pasta: unrecognized option '--no-ra'"];
  expect(complaint(said)).toBe("pasta unknown version; pasta: unrecognized option '--no-ra'");
  expect(complaint(SLIRP)).toBe('slirp4netns version 1.2.0');
  expect(complaint([])).toBe('no reason given');
});
