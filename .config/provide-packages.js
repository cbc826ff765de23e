// What the tests need from the system: names what is missing, and installs it where this user may (Debian, Ubuntu).
import { spawnSync } from 'node:child_process';

const commands = (...names) => names.map((name) => `command -v ${name}`).join(' && ');

/** Each package with a line of shell that tells whether it is there, by another name too. */
const PACKAGES = {
  iproute2: commands('ip', 'tc'),
  nftables: commands('nft'),
  iptables: commands('iptables-legacy', 'ip6tables-legacy'),
  'util-linux': commands('unshare', 'nsenter', 'setpriv', 'flock', 'taskset'),
  mount: commands('mount', 'umount'),
  passwd: commands('useradd', 'userdel'),
  procps: commands('ps', 'sysctl'),
  ethtool: commands('ethtool'),
  python3: 'python3 -c "import json, socket, threading, http.server"',
  sudo: commands('sudo'),
  tmux: commands('tmux'),
  less: commands('less'),
  curl: commands('curl'),
  strace: commands('strace'),
  git: commands('git'),
  'bash-completion': 'test -e /usr/share/bash-completion/bash_completion',
  iperf3: commands('iperf3'),
  passt: commands('pasta'),
  slirp4netns: commands('slirp4netns'),
  shellcheck: commands('shellcheck'),
  shfmt: commands('shfmt'),
  'ca-certificates': 'test -e /etc/ssl/certs/ca-certificates.crt',
  // The consumers of the reports: JUnit's schema, an OpenMetrics parser, GitHub's own Markdown, a browser.
  'libxml2-utils': commands('xmllint'),
  'python3-prometheus-client': '/usr/bin/python3 -c "import prometheus_client"',
  'cmark-gfm': commands('cmark-gfm'),
  'chromium-headless-shell': 'command -v chromium-headless-shell || command -v google-chrome || command -v chromium',
};

const works = (line, env = process.env) => spawnSync('sh', ['-c', line], { stdio: 'ignore', env }).status === 0;
const missing = () => Object.keys(PACKAGES).filter((name) => !works(PACKAGES[name]));

const wanted = missing();
if (wanted.length > 0) {
  console.log(`The tests miss packages: ${wanted.join(' ')}`);
  install(wanted);
  const left = missing();
  if (left.length > 0)
    console.log(`Not installed here: ${left.join(' ')}. Tests that need them are skipped, and say so.`);
}

function install(names) {
  const as = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (!works('command -v apt-get')) return;
  if (as.length > 0 && !works('sudo -n true')) {
    console.log(`Install them with: sudo apt-get install ${names.join(' ')}`);
    return;
  }
  const apt = (...words) => {
    const [file, ...rest] = [...as, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...words];
    return spawnSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  };
  console.log('They are being installed by apt-get.');
  apt('update');
  // Not every release has every package.
  const known = names.filter((name) => works(`apt-cache show ${name}`));
  if (known.length > 0) apt('install', '--yes', '--no-install-recommends', ...known);
}
