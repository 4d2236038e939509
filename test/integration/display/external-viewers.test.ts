import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../engine/lib/clock.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { openRealHost, operation, type RealHost, until } from '../host/real-host.ts';

/** Debian's own VNC viewer looks at real guests. */
const store = new XenStore({ clock: systemClock });
let real: RealHost;
beforeAll(async () => {
  real = await openRealHost(512, { store });
});
afterAll(() => real.close());

const tinyLinux = '/var/lib/xen/images/tiny-linux';

async function run(name: string, options: string): Promise<string> {
  const lines = [
    ...[`name="${name}"`, 'type="hvm"', 'memory=64', 'on_poweroff="destroy"', options],
    ...[`kernel="${tinyLinux}/bzImage"`, `ramdisk="${tinyLinux}/initramfs.cpio"`],
  ];
  const { domain } = await real.host.define(lines.join('\n'), operation());
  await real.host.start(domain, { paused: false }, operation());
  return domain;
}

/** Runs gvnccapture on a terminal, where it asks for the password; null when it took no picture. */
async function capture(port: number, password = ''): Promise<Buffer | null> {
  const file = join(tmpdir(), `domus-capture-${process.pid}-${port}.png`);
  const command = `gvnccapture 127.0.0.1:${port - 5900} ${file}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { timeout: 20_000 });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    const asked = /Password: $/;
    const before = asked.test(said);
    said += bytes.toString('latin1');
    // It empties the terminal's input after it has asked.
    if (!before && asked.test(said)) setTimeout(() => child.stdin.write(`${password}\n`), 500);
  });
  await new Promise((resolve) => child.on('close', resolve));
  const png = await readFile(file).catch(() => null);
  await rm(file, { force: true });
  return png;
}

/** Bytes of a PNG's rows that are not black. */
function lit(png: Buffer): { width: number; height: number; bytes: number } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const bytes = inflateSync(Buffer.concat(parts)).filter((byte) => byte !== 0).length;
  return { width, height, bytes };
}

const node = (path: string): string | undefined => store.tryRead(path);

describe("Debian's gvnccapture", () => {
  it('takes a picture of the screen of a guest, where XenStore says', async () => {
    const domain = await run('open', 'vnc=1');
    const { domid } = real.host.domains().find(({ id }) => id === domain)!;
    const console = `/local/domain/${domid}/console`;
    expect(node(`${console}/vnc-listen`)).toBe('127.0.0.1');
    const port = Number(node(`${console}/vnc-port`));
    expect(port).toBeGreaterThanOrEqual(5900);
    expect((await real.host.display!.info(domain)).listen).toBe(`127.0.0.1:${port}`);
    let picture = { width: 0, height: 0, bytes: 0 };
    for (let tries = 0; tries < 20 && picture.bytes < 500; tries += 1) {
      picture = lit((await capture(port))!);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(picture.bytes).toBeGreaterThanOrEqual(500);
    expect([picture.width, picture.height]).toEqual([720, 400]);
    await real.host.destroy(domain, operation());
    expect(node(`${console}/vnc-port`)).toBeUndefined();
    expect(await capture(port)).toBeNull();
  });

  it('needs the password where there is one', async () => {
    const domain = await run('locked', 'vnc=1\nvncpasswd="xyzzy"');
    const info = await real.host.display!.info(domain);
    expect(info.password).toBe(true);
    const port = Number(info.listen?.split(':')[1]);
    await until(() => port > 0, 'a port');
    expect(await capture(port, 'guess')).toBeNull();
    const png = await capture(port, 'xyzzy');
    expect(png?.toString('latin1', 1, 4)).toBe('PNG');
    await real.host.destroy(domain, operation());
  });
});
