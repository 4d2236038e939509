import { expect, it } from 'vitest';
import { deleteVolumes } from '../../../../engine/host/xen/volumes.ts';

it('storage of a real host that cannot be deleted is told, and the rest goes', async () => {
  const said: string[] = [];
  const script = (_title: string, _text: string, [path = '']: readonly string[] = []) => {
    if (path === '/c') return Promise.reject(new Error('The connection was lost.'));
    const kept = path === '/b';
    return Promise.resolve({
      code: kept ? 1 : 0,
      stdout: '',
      stderr: kept ? 'rm: Read-only file system' : '',
    });
  };
  const problem = await deleteVolumes({ script }, ['/a', '/b', '/c'], { log: (line) => said.push(line) });
  expect(problem).toBe(
    'Not all of its storage could be deleted: /b: rm: Read-only file system; /c: The connection was lost. Delete it by hand.',
  );
  expect(said).toEqual(['Deleted /a on the host.', problem]);
});
