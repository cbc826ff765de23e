import { readLocalAddresses } from '../isolation/machine/read-local-addresses.js';
import type { Scope } from '../isolation/scope.js';
import { AddressWatch } from '../isolation/veth/links/address-watch.js';
import { NetworkNamespace } from '../linux/namespace.js';
import type { NoPromise } from '../linux/no-promise.js';

type Place = Pick<Scope, 'inspect'>;

/** Addresses of a scope's namespace; loopback and link-local ones are left out. @throws {LinuxError} setns */
export const addressesOf = (scope: Place): string[] => within(scope, () => readLocalAddresses());

/** Reports those that come from now on. @throws {LinuxError} */
export const followAddresses = (scope: Place, take: (come: readonly string[]) => void): Disposable =>
  within(
    scope,
    () =>
      new AddressWatch(
        ({ come }) => take(come),
        () => addressesOf(scope),
      ),
  );

/** What `work` does in a scope's network namespace. @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN */
export function within<T>(scope: Place, work: () => NoPromise<T>): T {
  using namespace = scope.inspect((process) => NetworkNamespace.open(`/proc/${process}/ns/net`));
  using own = NetworkNamespace.open();
  return namespace.identity === own.identity ? (work() as T) : namespace.inside(work);
}
