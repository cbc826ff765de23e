import type { Command } from '../../src/linux/netlink/netfilter/command.js';
import * as fields from '../../src/linux/netlink/netfilter/field.js';
import type { Step } from '../../src/linux/netlink/netfilter/statement.js';

const NAMED: readonly (readonly [string, fields.Field])[] = [
  ['iifname', fields.iifname],
  ['oifname', fields.oifname],
  ['iiftype', fields.iiftype],
  ['oiftype', fields.oiftype],
  ['nfproto', fields.nfproto],
  ['l4proto', fields.l4proto],
  ['ip saddr', fields.ip.saddr],
  ['ip daddr', fields.ip.daddr],
  ['ip6 saddr', fields.ip6.saddr],
  ['ip6 daddr', fields.ip6.daddr],
  ['tcp flags', fields.tcpFlags],
  ['sport', fields.tcpPorts.sport],
  ['dport', fields.thDport],
  ['daddr type', fields.daddrType],
  ['ct state', fields.ctState],
  ['ct status', fields.ctStatus],
  ['ct direction', fields.ctDirection],
];

/** A rule in short, for tests: fields by name, values in hexadecimal, networks by as many bytes as are compared. */
const ruleText = (steps: readonly Step[]): string => steps.flatMap(stepText).join(' ');

function stepText(step: Step): string[] {
  const named = NAMED.find(
    ([, { load }]) => isSame(load(1), step) || isSame({ ...load(1), length: 0 }, { ...step, length: 0 }),
  );
  if (named) return [named[0]];
  switch (step.kind) {
    case 'cmp':
      return [`${step.op} ${valueText(step.data)}`];
    case 'among':
      return [`${step.isInverted ? 'not ' : ''}in {${step.elements.map(({ key }) => valueText(key)).join(' ')}}`];
    case 'lookup':
      return [`@${step.set}`];
    case 'bitwise':
      return [`& ${step.mask?.toString('hex')}`];
    case 'immediate':
      return [verdictText(step.data.verdict) ?? `= ${step.data.value?.toString('hex')}`];
    case 'dynset':
      return [`${step.op} @${step.set}`];
    case 'objref':
      return [`${step.type} ${step.name}`];
    case 'reject':
      return [`reject ${step.type} ${step.code}`];
    default:
      return [step.kind];
  }
}

const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);

const verdictText = (verdict: { readonly code: string; readonly chain?: string } | undefined) =>
  verdict && (verdict.chain === undefined ? verdict.code : `${verdict.code} ${verdict.chain}`);

/** The names of devices as text. */
const valueText = (value: Buffer) =>
  /^nm|^eth|^lo/.test(value.toString('latin1')) ? value.toString().replace(/\0+$/, '') : value.toString('hex');

/** The rules of a chain among commands. */
export const rulesOf = (commands: readonly Command[], chain: string): string[] =>
  commands.flatMap((command) =>
    command.kind === 'add rule' && command.chain === chain ? [ruleText(command.steps)] : [],
  );
