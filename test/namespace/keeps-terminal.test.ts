import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { Terminal } from './terminal.js';

const METER = `${process.execPath} ${NETMETER}`;
const COUNTER = `${process.execPath} ${program('count-interrupts.js')}`;

describePrivileged('the terminal is the command’s', () => {
  let terminal: Terminal;
  beforeEach(async () => {
    terminal = new Terminal();
    await terminal.shows(/^prompt:/);
  });
  afterEach(() => terminal[Symbol.dispose]());

  test('it is one, for all three descriptors, and as large as it is', async () => {
    terminal.type(`${METER} -q -- sh -c 'test -t 0 && test -t 1 && test -t 2 && stty size </dev/tty'`);
    await terminal.shows(/^40 100$/m);
  });

  test('each ^C reaches the command once, and netmeter reports on', async () => {
    terminal.type(`${METER} -- ${COUNTER}; echo "status=$?"`);
    await terminal.shows(/^ready$/m);
    terminal.press('C-c');
    await terminal.shows(/interrupts: 1$/m);
    terminal.press('C-c');
    await terminal.shows(/interrupts: 2$/m);
    terminal.press('Enter');
    await terminal.shows(/^status=5$/m);
    expect(terminal.screen()).toMatch(/^in all: 2$/m);
    expect(terminal.screen()).toContain('(exit 5');
  });

  test('^C ends a command that does not care, and the shell’s loop with it', async () => {
    terminal.type(`for i in 1 2 3; do ${METER} -- sh -c 'echo turn '$i'; exec sleep 1000'; done; echo never`);
    await terminal.shows(/^turn 1$/m);
    terminal.press('C-c');
    await terminal.shows(/^prompt:$/m);
    expect(terminal.screen()).not.toMatch(/^turn 2$|^never$/m);
  });

  test('^Z stops the command and fg goes on with it', async () => {
    terminal.type(`${METER} -- ${COUNTER}; echo "status=$?"`);
    await terminal.shows(/^ready$/m);
    terminal.press('C-z');
    await terminal.shows(/Stopped/);
    terminal.type('fg');
    terminal.press('Enter');
    await terminal.shows(/^in all: 0$/m);
    await terminal.shows(/\(exit 5/);
  });

  test('a full-screen program works', async () => {
    terminal.type(`${METER} -- less ${program('crawl.js')}`);
    await terminal.shows(/crawl\.js/);
    terminal.press('q');
    await terminal.shows(/netmeter: less .*exit 0/);
  });
});
