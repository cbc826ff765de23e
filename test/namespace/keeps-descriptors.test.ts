import { expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

/** Starts what it is told to with a file, both ends of a pipe of its own, as make's jobserver is, and a socket. */
const GIVES = `import os, socket, subprocess, sys
reader, writer = os.pipe()
ends = socket.socketpair()
given = {5: os.open("/etc/passwd", os.O_RDONLY), 7: reader, 8: writer, 12: ends[0].fileno()}
for number, descriptor in given.items(): os.dup2(descriptor, number)
subprocess.run(sys.argv[1:], close_fds=False, check=True)
print(os.read(reader, 10).decode())`;

/** Says which descriptors behind the third it has, and passes on a token. */
const TELLS = `for number in $(seq 3 40); do
  if [ -e /proc/$$/fd/$number ]; then echo $number $(readlink /proc/$$/fd/$number | sed 's/:.*//'); fi
done; echo token >&8`;

describePrivileged('descriptors that netmeter was given', () => {
  const run = async (words: readonly string[]) => {
    const { stdout, status, stderr } = await runToEnd('python3', ['-c', GIVES, ...words, 'sh', '-c', TELLS]);
    expect(status, stderr).toBe(0);
    return stdout;
  };

  test.each([['--in-place'], ['--isolation=veth'], ['--isolation=offline']])(
    '%s: the command has them by their numbers, and no other',
    async (isolation) => {
      const plain = await run([]);
      expect(plain).toContain('8 pipe');
      expect(plain).toContain('token');
      expect(await run([process.execPath, NETMETER, '--quiet', isolation, '--'])).toBe(plain);
    },
  );
});
