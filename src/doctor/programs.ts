/**
 * The far end: a TCP server for `get N` and `put N`, until its input ends.
 */
export const SERVER = `
const net = require('node:net');
const [address, port] = process.argv.slice(1);
net.createServer({ allowHalfOpen: true }, (peer) => {
  let left = -1, head = '';
  peer.on('error', () => {});
  peer.on('data', (data) => {
    if (left >= 0) { left -= data.length; if (left <= 0) peer.end(); return; }
    head += data.toString('latin1');
    const end = head.indexOf('\\n');
    if (end < 0) return;
    const [verb, count] = head.slice(0, end).split(' ');
    if (verb === 'get') { left = Infinity; peer.end(Buffer.alloc(Number(count))); }
    else { left = Number(count) - (head.length - end - 1); if (left <= 0) peer.end(); }
  });
}).listen(Number(port), address, function () { console.log('ready ' + this.address().port); });
process.stdin.on('end', () => process.exit(0)).resume();
`;

/** The metered command: downloads and uploads COUNT bytes each, one connection after the other; or one of the two. */
export const CLIENT = `
const net = require('node:net');
const [address, port, count, only] = process.argv.slice(1);
const connection = (request, body) => new Promise((resolve, reject) => {
  const link = net.connect({ host: address, port: Number(port) }, () => { link.write(request); if (body) link.write(body); });
  link.setTimeout(20000, () => link.destroy(new Error('no answer')));
  link.on('error', reject).on('data', () => {}).on('end', () => link.end()).on('close', resolve);
});
const get = () => connection('get ' + count + '\\n');
const put = () => connection('put ' + count + '\\n', Buffer.alloc(Number(count)));
(only === 'put' ? put() : only === 'get' ? get() : get().then(put))
  .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;
