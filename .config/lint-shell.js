// Every script of a shell's, by shellcheck and shfmt. Where one is not installed that is said; where CI asks for them it fails.
import { spawnSync } from 'node:child_process';

const scripts = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.sh', '.ci/run'], {
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter(Boolean);

const CHECKS = [
  ['shellcheck', '--severity=warning'],
  ['shfmt', '-d', '-i', '2', '-ci'],
];

for (const [tool, ...words] of CHECKS) {
  const { error, status } = spawnSync(tool, [...words, ...scripts], { stdio: 'inherit' });
  if (error?.code !== 'ENOENT') process.exitCode ||= status ?? 1;
  else if (process.env.NETMETER_LINT === 'required') throw new Error(`${tool} is required here, and not installed`);
  else console.log(`Not checked, because ${tool} is not installed: ${scripts.join(' ')}`);
}
