import { expect, test } from 'vitest';
import { peerAt } from '../../../src/attribution/bypasses/known-daemons.js';

test.each([
  ['/var/run/docker.sock', 'docker'],
  ['/run/docker.sock', 'docker'],
  ['/run/user/1000/docker.sock', 'docker'],
  ['/run/user/1000/podman/podman.sock', 'podman'],
  ['/run/containerd/containerd.sock', 'containerd'],
  ['/run/k3s/containerd/containerd.sock.ttrpc', 'containerd'],
  ['/var/run/crio/crio.sock', 'CRI-O'],
  ['/run/buildkit/buildkitd.sock', 'BuildKit'],
  ['/var/snap/lxd/common/lxd/unix.socket', 'LXD'],
  ['/var/lib/incus/unix.socket', 'LXD'],
  ['/run/libvirt/libvirt-sock', 'libvirt'],
  ['/nix/var/nix/daemon-socket/socket', 'nix-daemon'],
  ['/run/snapd.socket', 'snapd'],
  ['/run/cups/cups.sock', 'CUPS'],
  ['/run/tailscale/tailscaled.sock', 'Tailscale'],
  ['/var/run/nscd/socket', 'nscd'],
  ['/run/nslcd/socket', 'nslcd'],
  ['/var/lib/sss/pipes/nss', 'SSSD'],
  ['/run/systemd/resolve/io.systemd.Resolve', 'systemd-resolved'],
  ['/run/avahi-daemon/socket', 'Avahi'],
  ['/run/dbus/system_bus_socket', 'D-Bus'],
  ['/run/user/1000/bus', 'D-Bus'],
  ['@/tmp/dbus-Ab3dEf9h', 'D-Bus'],
  ['/home/ada/.gnupg/S.dirmngr', 'dirmngr'],
])('%s is %s', (path, service) => {
  expect(peerAt(path)).toEqual({ what: path, service });
});

test('an ssh master is known by its control path', () => {
  expect(peerAt('/home/ada/.ssh/cm-git@example.org:22.ubYbuuP8hGfS6YiF')).toEqual({
    what: '/home/ada/.ssh/cm-git@example.org:22',
    service: 'ssh master',
  });
});

test.each([
  '/tmp/.X11-unix/X0',
  '/run/user/1000/wayland-0',
  '/run/user/1000/keyring/ssh',
  '/tmp/ssh-XXXXXXabcdef/agent.4711',
  '/home/ada/.gnupg/S.gpg-agent',
  '/run/postgresql/.s.PGSQL.5432',
  '/tmp/notdocker.socket',
  '/tmp/mydocker.sock.backup',
])('%s: reported, but nothing is known of it', (path) => {
  expect(peerAt(path)).toEqual({ what: path, service: null });
});

test.each([
  '/run/systemd/journal/stdout',
  '/run/systemd/journal/dev-log',
  '/dev/log',
  '/run/systemd/notify',
  '/run/systemd/userdb/io.systemd.DynamicUser',
])('%s: nobody that matters', (path) => {
  expect(peerAt(path)).toBeUndefined();
});
