import { expect, test } from 'vitest';
import { explainRefusal } from '../../../src/isolation/user-mode/explain-refusal.js';

const DENIED = 'unshare: unshare failed: Operation not permitted';
const holding = (file: string, value: string) => (asked: string) => (asked === file ? `${value}\n` : undefined);

test.each([
  ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone=1'],
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1', 'kernel.apparmor_restrict_unprivileged_userns=0'],
  ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces=10000'],
  ['/proc/sys/user/max_net_namespaces', '0', 'user.max_net_namespaces=10000'],
])('%s is %s', (file, value, cure) => {
  const error = explainRefusal(DENIED, holding(file, value));
  expect(error.code).toBe('MISSING_RIGHTS');
  expect(error.cure).toContain(`sudo sysctl -w ${cure}`);
});

test('with all switches open it is a container’s filter', () => {
  expect(explainRefusal(DENIED, () => undefined).cure).toContain('seccomp=unconfined');
});

test.each(['open: Permission denied', 'open: No such file or directory'])('the tap: %s', (said) => {
  const error = explainRefusal(said, () => undefined);
  expect(error.message).toContain('/dev/net/tun');
  expect(error.cure).toContain('sudo chmod 666 /dev/net/tun');
});

test('anything else is printed as it was said', () => {
  expect(explainRefusal('RTNETLINK answers: File exists', () => undefined)).toMatchObject({ code: 'SETUP_FAILED' });
  expect(explainRefusal('', () => undefined).message).toContain('no reason given');
});
