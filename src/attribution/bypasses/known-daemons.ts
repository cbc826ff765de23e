/** Who listens at a path, where that is known to use the network for whoever asks. */
const DAEMONS: readonly (readonly [path: RegExp, service: string])[] = [
  [/(^|\/)docker(\.raw|-cli)?\.sock$/, 'docker'],
  [/(^|\/)podman\.sock$/, 'podman'],
  [/(^|\/)containerd\.sock(\.ttrpc)?$/, 'containerd'],
  [/(^|\/)crio\.sock$/, 'CRI-O'],
  [/(^|\/)buildkitd?\.sock$/, 'BuildKit'],
  [/(^|\/)(lxd|incus)\/(.*\/)?unix\.socket(\.user)?$/, 'LXD'],
  [/(^|\/)libvirt\/(.*-)?sock(-ro)?$/, 'libvirt'],
  [/(^|\/)nix\/daemon-socket\/socket$/, 'nix-daemon'],
  [/(^|\/)snapd(-snap)?\.socket$/, 'snapd'],
  [/(^|\/)cups\/cups\.sock$/, 'CUPS'],
  [/(^|\/)tailscaled\.sock$/, 'Tailscale'],
  [/(^|\/)nscd\/socket$/, 'nscd'],
  [/(^|\/)nslcd\/socket$/, 'nslcd'],
  [/(^|\/)sss\/pipes\//, 'SSSD'],
  [/(^|\/)io\.systemd\.Resolve(\.Monitor)?$/, 'systemd-resolved'],
  [/(^|\/)avahi-daemon\/socket$/, 'Avahi'],
  [/(^|\/)system_bus_socket$/, 'D-Bus'],
  [/^\/run\/user\/\d+\/bus$|^@?\/tmp\/dbus-\w+$/, 'D-Bus'],
  [/(^|\/)S\.dirmngr$/, 'dirmngr'],
];

/**
 * A multiplexing master binds its control path with a dot and 16 characters behind it, and then renames it
 * (muxserver_listen(), OpenSSH's mux.c): the kernel goes on reporting the first name.
 */
const SSH_MASTER = /^(.+)\.[A-Za-z0-9]{16}$/;

/** Logs and announcements, which everything that runs has; they carry nothing back. */
const HARMLESS = /^\/run\/systemd\/(journal\/|notify$|userdb\/|private$|sessions\/)|^\/dev\/log$/;

/** The peer of a unix socket: its name for people, and who it is. */
export type Peer = { readonly what: string; readonly service: string | null };

/**
 * Who listens at a path; undefined: nobody that matters. Agents that sign (ssh, gpg) and displays (X11, Wayland) have no
 * service, because they do not carry what a command transfers; nor has a database of this host.
 */
export function peerAt(path: string): Peer | undefined {
  if (HARMLESS.test(path)) return undefined;
  const [, service] = DAEMONS.find(([pattern]) => pattern.test(path)) ?? [];
  if (service !== undefined) return { what: path, service };
  const controlPath = SSH_MASTER.exec(path)?.[1];
  return controlPath === undefined ? { what: path, service: null } : { what: controlPath, service: 'ssh master' };
}
