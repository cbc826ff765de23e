import type { ProcessAccount } from '../../../linux/process/process-account.js';

/**
 * argv that makes what follows it an account's, and lets it die with its parent. Twice setpriv(1): the first keeps root's
 * rights until its exec, by which a command would be found where the account may not look; and a change of account
 * clears the signal of a parent's death, which therefore comes last.
 * @param account undefined: netmeter's own
 */
export function asAccount(setpriv: string, account: ProcessAccount | undefined): string[] {
  const become = account ? [setpriv, ...identityOptions(account), '--'] : [];
  return [...become, setpriv, '--pdeathsig', 'KILL', '--'];
}

function identityOptions({ uid, gid, groups }: ProcessAccount): string[] {
  const supplementary = groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups';
  return [`--reuid=${uid}`, `--regid=${gid}`, supplementary];
}
