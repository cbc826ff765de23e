import { geteuid } from 'node:process';
import { NetmeterError } from '../errors.js';
import { requireLibc } from '../linux/libc.js';
import { explainMissingLibc } from '../missing-libc.js';
import { type Facts, type Probe, UNTRIED } from './facts.js';
import { readObstacles } from './obstacles/read-obstacles.js';
import { requireReturn } from './require-return.js';
import { requireRights } from './require-rights.js';
import { findTools } from './tools/programs/find-tools.js';

/**
 * What a user with all rights needs to know; the rest is not tried.
 * @param uid the command's user; undefined: it shall not go out by this machine's network
 */
export function readRootFacts(uid: number | undefined): Facts {
  const libc = attempt(requireLibc);
  const rights = attempt(() => {
    requireRights();
    if (libc.works) requireReturn();
  });
  const found = uid !== undefined && libc.works && rights.works ? readObstacles(uid) : { obstacles: [] };
  return {
    root: geteuid?.() === 0,
    libc,
    rights,
    ...found,
    vethTools: attempt(findTools),
    holderTools: UNTRIED,
    sudo: UNTRIED,
    userNamespace: UNTRIED,
    tun: UNTRIED,
    transport: UNTRIED,
  };
}

/** Whether it throws nothing. */
export function attempt(check: () => unknown): Probe {
  try {
    check();
    return { works: true };
  } catch (error) {
    const known = explainMissingLibc(error);
    if (!(known instanceof NetmeterError)) throw error;
    return { works: false, reason: known.message, cure: asClause(known.cure) };
  }
}

/** Cures of errors are sentences; those of what does not work stand behind a colon. */
const asClause = (sentence: string) => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
