import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findTracefs, type Tracefs } from '../../src/evidence/find-tracefs.js';
import { ProcessTrace } from '../../src/evidence/process-trace.js';
import { sweepTraces } from '../../src/evidence/sweep-traces.js';
import { OfflineScope } from '../../src/isolation/offline/offline-scope.js';
import { HostScope } from '../../src/isolation/shared/host-scope.js';
import { VethScope } from '../../src/isolation/veth/veth-scope.js';
import { ROOT } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';

describePrivileged('the trace leaves nothing behind', () => {
  let tracefs: Tracefs;
  beforeAll(async () => {
    const found = await findTracefs();
    if (!found) throw new Error('there is no tracefs');
    tracefs = found;
  });
  afterAll(() => tracefs[Symbol.dispose]());

  const instances = () => readdirSync(`${tracefs.folder}/instances`).filter((name) => name.includes('removal'));
  const openTrace = async (run: string) => {
    const trace = await ProcessTrace.open({ name: `netmeter-removal-${run}` });
    if ('missing' in trace) throw new Error(trace.missing);
    return trace;
  };

  test('when the run ends', async () => {
    const trace = await openTrace('end');
    expect(instances()).toEqual(['netmeter-removal-end']);
    await trace.finish();
    expect(instances()).toEqual([]);
  });

  test.each([
    ['veth', () => VethScope.open()],
    ['offline', () => OfflineScope.open({ rootless: false })],
    ['host', () => HostScope.open({})],
  ])('when the guardian of %s takes it away', async (kind, open) => {
    {
      await using scope = await open();
      const trace = await openTrace(kind);
      await trace.keepBy(scope);
      await trace.finish();
      expect(instances()).toEqual([`netmeter-removal-${kind}`]);
    }
    await expect.poll(instances).toEqual([]);
  });

  test('when netmeter is killed', async () => {
    const script = `
      import { VethScope } from '${ROOT}dist/isolation/veth/veth-scope.js';
      import { ProcessTrace } from '${ROOT}dist/evidence/process-trace.js';
      const scope = await VethScope.open();
      const trace = await ProcessTrace.open({ name: 'netmeter-removal-killed' });
      await trace.keepBy(scope);
      trace.commandStarted(performance.now());
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const run = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(run.stdout, 'data');
    expect(instances()).toEqual(['netmeter-removal-killed']);
    run.kill('SIGKILL');
    await once(run, 'exit');
    await expect.poll(instances).toEqual([]);
  });

  test('a dead run’s is swept, a living one’s and a new one are not', async () => {
    const living = await openTrace('living');
    mkdirSync(`${tracefs.folder}/instances/netmeter-removal-dead`);
    await sweepTraces(`${tracefs.folder}/instances`);
    expect(instances().sort()).toEqual(['netmeter-removal-dead', 'netmeter-removal-living']);
    // Old enough for it, and older than what others have just made.
    const old = 1000;
    await until(
      'it is old',
      () => Date.now() - statSync(`${tracefs.folder}/instances/netmeter-removal-dead`).mtimeMs > old,
    );
    await sweepTraces(`${tracefs.folder}/instances`, old);
    expect(instances()).toEqual(['netmeter-removal-living']);
    await living.finish();
    expect(instances()).toEqual([]);
  });
});

describePrivileged('where there is no trace the reason is told', () => {
  test('no tracefs, as in a container without the right to mount', async () => {
    const script = `
      import { ProcessTrace } from '${ROOT}dist/evidence/process-trace.js';
      console.log(JSON.stringify(await ProcessTrace.open({ name: 'netmeter-removal-none', folders: [] })));`;
    const words = ['--bounding-set', '-sys_admin', '--inh-caps', '-sys_admin'];
    const run = spawn('setpriv', [...words, process.execPath, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = (await once(run.stdout, 'data')) as [Buffer];
    expect(JSON.parse(`${told}`)).toEqual({ missing: expect.stringContaining('tracefs') });
  });

  test('an older kernel’s tracefs', async () => {
    const folder = '/tmp/netmeter-old-tracefs';
    for (const name of ['instances', 'events/sock/inet_sock_set_state', 'events/sched/sched_process_exec'])
      mkdirSync(`${folder}/${name}`, { recursive: true });
    const opened = await ProcessTrace.open({ name: 'netmeter-removal-old', folders: [folder] });
    expect(opened).toEqual({ missing: expect.stringContaining('sock_send_length') });
    rmSync(folder, { recursive: true });
  });
});
