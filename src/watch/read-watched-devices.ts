import fs from 'node:fs';

type FileSystem = Pick<typeof fs, 'readFileSync' | 'existsSync'>;

/**
 * Which of the devices lead to the outside: those of hardware (/sys/class/net/NAME/device), else those with a default
 * route (/proc/net/route, /proc/net/ipv6_route), else all but loopback.
 */
export function readWatchedDevices(names: readonly string[], fileSystem: FileSystem = fs): readonly string[] {
  const others = names.filter((name) => name !== 'lo');
  const hardware = others.filter((name) => fileSystem.existsSync(`/sys/class/net/${name}/device`));
  if (hardware.length > 0) return hardware;
  const routed = defaultRouteDevices(fileSystem);
  const leading = others.filter((name) => routed.has(name));
  return leading.length > 0 ? leading : others;
}

const UP = 0x1;
const REJECT = 0x200;

function defaultRouteDevices(fileSystem: FileSystem): ReadonlySet<string> {
  const usable = (flags = '0') => (Number.parseInt(flags, 16) & (UP | REJECT)) === UP;
  const devices = new Set<string>();
  for (const line of lines('/proc/net/route', fileSystem)) {
    const [device, destination, , flags, , , , mask] = line.trim().split(/\s+/);
    if (device && destination === '00000000' && mask === '00000000' && usable(flags)) devices.add(device);
  }
  for (const line of lines('/proc/net/ipv6_route', fileSystem)) {
    const [destination, length, , , , , , , flags, device] = line.trim().split(/\s+/);
    if (device && destination === '0'.repeat(32) && length === '00' && usable(flags)) devices.add(device);
  }
  return devices;
}

/** A file that is absent, as ipv6_route is without IPv6, has no line. */
function lines(file: string, fileSystem: FileSystem): string[] {
  try {
    return fileSystem.readFileSync(file, 'latin1').split('\n');
  } catch {
    return [];
  }
}
