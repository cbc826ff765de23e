import { connect, createServer, type Server } from 'node:net';
import { execPath } from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Boundary, type Part } from '../../src/boundary.js';
import { measure } from '../../src/measure.js';
import type { MeasureOptions } from '../../src/measure-options.js';
import { ipOctets, milliseconds } from '../../src/units.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

/** Throws in the place of one part. */
class FaultyBoundary extends Boundary {
  readonly entered = new Set<Part>();
  readonly #faulty: Part;

  constructor(faulty: Part) {
    super();
    this.#faulty = faulty;
  }

  protected override enter<T>(part: Part, work: () => T): T {
    this.entered.add(part);
    if (part === this.#faulty) throw new RangeError(`${part} is broken`);
    return work();
  }
}

const [HOST_PORT, PUBLISHED, INNER, EXIT_CODE] = [7397, 7398, 7000, 7];

/** Gives each part something to do, and ends by itself. */
const JOB = `
  const { Resolver } = require('node:dns').promises;
  const net = require('node:net');
  new Resolver().resolve4('host.netmeter.internal').catch(() => {});
  net.connect(${HOST_PORT}, '127.0.0.1').on('error', () => {});
  net.connect(1, '127.0.0.1').on('error', () => {});
  net.createServer((client) => client.on('error', () => {}).end()).listen(${INNER});
  // Time: for each part to do something.
  setTimeout(() => process.exit(${EXIT_CODE}), 800);`;

const OPTIONS: MeasureOptions = {
  interval: milliseconds(100),
  processes: true,
  limits: { total: ipOctets(1_000_000_000) },
  hostPorts: [{ port: HOST_PORT, protocol: 'tcp' }],
  stdio: 'ignore',
};
const PUBLISHING: MeasureOptions = { ...OPTIONS, publish: [{ host: PUBLISHED, inner: INNER, protocol: 'tcp' }] };
const ENFORCING: MeasureOptions = { ...OPTIONS, enforce: true };
const DENYING: MeasureOptions = { ...OPTIONS, egress: { allow: [], deny: [{ kind: 'name', pattern: 'x.example' }] } };
const ON_HOST: MeasureOptions = { ...OPTIONS, hostPorts: [], isolation: 'host', baselineIdle: milliseconds(0) };

describePrivileged('a part beside the command that throws', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((client) => client.on('error', () => {}).end()).listen(HOST_PORT, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server?.close());

  test.each<[Part, MeasureOptions]>([
    ['relay', DENYING],
    ['names', OPTIONS],
    ['processes', OPTIONS],
    ['connections', OPTIONS],
    ['remotes', OPTIONS],
    ['traffic', OPTIONS],
    ['bypasses', OPTIONS],
    ['addresses', OPTIONS],
    ['drops', OPTIONS],
    ['hints', OPTIONS],
    ['host-ports', OPTIONS],
    ['explanation', OPTIONS],
    ['published-ports', PUBLISHING],
    ['limits', ENFORCING],
    ['attempts', DENYING],
    ['others', ON_HOST],
  ])('%s: the run goes on to its end, and is reported with a warning', async (part, options) => {
    const boundary = new FaultyBoundary(part);
    let calling: NodeJS.Timeout | undefined;
    const onStart = () => {
      const call = () => connect(PUBLISHED, '127.0.0.1').on('error', () => {});
      if (options.publish) calling = setInterval(call, 50);
    };
    const report = await measure([execPath, '-e', JOB], { ...options, boundary, onStart });
    clearInterval(calling);
    expect([...boundary.entered]).toContain(part);
    expect(report.command.exit).toEqual({ kind: 'code', code: EXIT_CODE });
    expect(report.budget?.limits).toHaveLength(1);
    const failures = report.warnings.filter(({ code }) => code === 'PART_FAILED');
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        new RegExp(`^the .* failed, and the run went on without it: RangeError: ${part} is broken$`),
      ),
    ]);
  });
});
