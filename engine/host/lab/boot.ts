import type { Operation } from '../operation.ts';
import { chooseAccelerator } from './accelerator.ts';
import { type LabMachine, qemuArguments } from './command-line.ts';
import { Computer } from './computer.ts';
import { booted, sshAnswers } from './wait-for.ts';

type Accelerator = LabMachine['accelerator'];

/** Starts a lab that is prepared in `directory`; resolves when its SSH server answers. What fails leaves no process. */
export async function boot(
  directory: string,
  machine: Omit<LabMachine, 'accelerator'>,
  op: Operation,
): Promise<{ computer: Computer; accelerator: Accelerator }> {
  const accelerator = chooseAccelerator();
  try {
    return { computer: await bootWith(accelerator, directory, machine, op), accelerator };
  } catch (error) {
    if (accelerator === 'tcg' || op.signal.aborted) throw error;
    op.log(`With KVM it does not start (${String(error)}); the processor is emulated instead.`);
    return { computer: await bootWith('tcg', directory, machine, op), accelerator: 'tcg' };
  }
}

async function bootWith(
  accelerator: Accelerator,
  directory: string,
  machine: Omit<LabMachine, 'accelerator'>,
  op: Operation,
): Promise<Computer> {
  const args = qemuArguments({ ...machine, accelerator });
  op.log(['qemu-system-x86_64', ...args].join(' ').slice(0, 1000));
  const computer = await Computer.start(directory, args, op.signal);
  try {
    const done = booted(computer, op);
    await computer.run();
    await done;
    await sshAnswers(machine.sshPort, op);
    return computer;
  } catch (error) {
    await computer.quit();
    throw error;
  }
}
