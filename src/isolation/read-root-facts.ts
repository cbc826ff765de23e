import { geteuid } from 'node:process';
import { NetmeterError } from '../errors.js';
import { requireLibc } from '../linux/libc.js';
import { explainMissingLibc } from '../missing-libc.js';
import type { Facts, Probe } from './choose-isolation.js';
import { readObstacles } from './obstacles/read-obstacles.js';
import { requireRights } from './require-rights.js';
import { findTools } from './tools/find-tools.js';

/**
 * What a user with all rights needs to know; the rest is not tried.
 * @param uid the command's user
 */
export function readRootFacts(uid: number): Facts {
  const untried: Probe = { works: false, reason: 'not tried', cure: '' };
  const rights = attempt(requireRights);
  const libc = attempt(requireLibc);
  return {
    root: geteuid?.() === 0,
    libc,
    rights,
    obstacles: libc.works && rights.works ? readObstacles(uid) : [],
    vethTools: attempt(findTools),
    sudo: untried,
    userNamespace: untried,
    tun: untried,
    carrier: untried,
  };
}

function attempt(check: () => unknown): Probe {
  try {
    check();
    return { works: true };
  } catch (error) {
    const known = explainMissingLibc(error);
    if (!(known instanceof NetmeterError)) throw error;
    return { works: false, reason: known.message, cure: known.cure };
  }
}
