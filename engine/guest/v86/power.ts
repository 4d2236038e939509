/** Power off, reboot and the power button: what v86 leaves out of ACPI, and how a machine's end is heard. */
import type { MachineExit } from '../machine.ts';
import type { Acpi, Cpu, Emulator } from './internals.ts';
import { MachineStop } from './vcpu.ts';

const PM1_CONTROL_PORT = 0xb004;
const SLEEP_ENABLE = 0x2000;
const POWER_BUTTON = 0x100;
const TIMER_CARRY = 0x800000;
const SCI_IRQ = 9;
/** SLP_TYP values of the firmware's tables that end execution: 0 = soft off, 2 = hibernate. */
const SLEEP_TYPES_OFF: Readonly<Record<number, string>> = {
  0: 'The guest switched itself off (ACPI).',
  2: 'The guest hibernated and switched itself off (ACPI).',
};

/**
 * Calls `onExit` when the guest switches itself off (ACPI, or it halts with interrupts disabled, from which nothing
 * can wake it: Xen ends such a domain as a power-off too) or asks for a reset. Nothing is executed afterwards.
 */
export function watchPower(emulator: Emulator, onExit: (exit: MachineExit) => void): void {
  const { cpu } = emulator.v86;
  const stop = (exit: MachineExit): never => {
    onExit(exit);
    throw new MachineStop();
  };
  if (cpu.devices.acpi) watchSleepRegister(cpu, stop);
  emulator.add_listener('cpu-event-halt', () =>
    stop({ reason: 'poweroff', detail: 'The guest halted with interrupts disabled.' }),
  );
  // v86 would restart in place, which its direct kernel boot does not survive.
  cpu.reboot_internal = () => stop({ reason: 'reboot', detail: 'The guest asked for a reset.' });
}

function watchSleepRegister(cpu: Cpu, stop: (exit: MachineExit) => never): void {
  const port = cpu.io.ports[PM1_CONTROL_PORT]!;
  const write = port.write16;
  port.write16 = function (value) {
    write.call(port.device, value);
    const detail = value & SLEEP_ENABLE ? SLEEP_TYPES_OFF[(value >> 10) & 7] : undefined;
    if (detail) stop({ reason: 'poweroff', detail });
  };
}

/** The button on the front. Build it before the machine starts: it repairs v86's ACPI interrupt. */
export class PowerButton {
  readonly #acpi: Acpi;

  constructor(cpu: Cpu, acpi: Acpi) {
    this.#acpi = acpi;
    // v86 lowers the interrupt at once, so the guest never sees a cause other than the timer's carry.
    acpi.timer = (nowMs) => {
      const timer = acpi.get_timer(nowMs);
      if (acpi.pm1_enable & 1 && (timer ^ acpi.last_timer) & TIMER_CARRY) acpi.pm1_status |= 1;
      if (acpi.pm1_status & acpi.pm1_enable) cpu.device_raise_irq(SCI_IRQ);
      else cpu.device_lower_irq(SCI_IRQ);
      acpi.last_timer = timer;
      return 100;
    };
  }

  /** Wake the vCPU afterwards: the interrupt is raised by its next timer check. */
  press(): void {
    this.#acpi.pm1_status |= POWER_BUTTON;
  }
}
