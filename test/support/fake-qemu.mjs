#!/usr/bin/env node
// Stands in for qemu-system-x86_64 in tests of the lab: its monitor, its serial port, the SSH server's hello. What it does
// is said by FAKE_QEMU: `boots` (default), `hangs` (silent), `panics`, `refuses` (ends at once), `deaf` (no power button).
import { createServer } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';

const mode = process.env.FAKE_QEMU ?? 'boots';
const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1] ?? '';

if (mode === 'refuses') {
  process.stderr.write('qemu-system-x86_64: warning: TCG lacks something\nqemu-system-x86_64: out of tape\n');
  process.exit(1);
}

const story = {
  boots: '(XEN) Xen version 4.17\r\nDOMUS-LAB identity\r\nDOMUS-LAB ready 1.0\r\n',
  deaf: 'DOMUS-LAB ready 1.0\r\n',
  hangs: '(XEN) Xen version 4.17\r\n',
  panics: '(XEN) Xen version 4.17\r\n[ 1.0] Kernel panic - not syncing: no root\r\n',
}[mode];

const end = () => {
  for (const name of ['qmp.sock', 'console.sock', 'qemu.pid']) rmSync(name, { force: true });
  process.exit(0);
};

const serialPort = new Promise((resolve) => {
  createServer((socket) => {
    socket.on('error', () => {});
    resolve(socket);
  }).listen('console.sock');
});

const answers = {
  cont: () => serialPort.then((socket) => socket.write(story)),
  quit: () => setTimeout(end, 5),
  system_powerdown: (socket) => {
    if (mode === 'deaf') return;
    socket.write('{"event":"SHUTDOWN","data":{"guest":true}}\r\n');
    setTimeout(end, 5);
  },
};

createServer((socket) => {
  socket.on('error', () => {});
  socket.write('{"QMP":{"version":{}}}\r\n');
  socket.on('data', (data) => {
    for (const line of data.toString().split('\n').filter(Boolean)) {
      socket.write('{"return":{}}\r\n');
      answers[JSON.parse(line).execute]?.(socket);
    }
  });
}).listen('qmp.sock', () => writeFileSync('qemu.pid', String(process.pid)));

const port = Number(/hostfwd=tcp:127\.0\.0\.1:(\d+)-/.exec(args.join(' '))?.[1]);
createServer((socket) => {
  socket.on('error', () => {});
  socket.end('SSH-2.0-fake\r\n');
}).listen(port, '127.0.0.1');

if (after('-name') === '') end();
