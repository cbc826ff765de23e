import { geteuid } from 'node:process';
import { NetmeterError } from '../errors.js';
import type { Facts, Probe } from './choose-isolation.js';
import { requireRights } from './require-rights.js';
import { findTools } from './tools/find-tools.js';

/** What a user with all rights needs to know; the rest is not tried. */
export function readRootFacts(): Facts {
  const untried: Probe = { works: false, reason: 'not tried', cure: '' };
  return {
    root: geteuid?.() === 0,
    rights: attempt(requireRights),
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
    if (!(error instanceof NetmeterError)) throw error;
    return { works: false, reason: error.message, cure: error.cure };
  }
}
