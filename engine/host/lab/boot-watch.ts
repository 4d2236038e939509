/** What a starting lab says on its serial port, as steps of its start. */

interface Mark {
  readonly seen: RegExp;
  readonly stage: string;
  /** Of the whole start, by the time it usually takes. */
  readonly fraction: number;
}

const marks: readonly Mark[] = [
  { seen: /\(XEN\) Xen version/, stage: 'The hypervisor starts', fraction: 0.05 },
  { seen: /\(XEN\) \*\*\* Building a PV Dom0/, stage: 'The hypervisor builds Domain-0', fraction: 0.15 },
  { seen: /\(XEN\) \*\*\* Serial input to DOM0/, stage: 'Linux starts in Domain-0', fraction: 0.3 },
  { seen: /^DOMUS-LAB identity/m, stage: 'Domain-0 learns who it is', fraction: 0.6 },
  { seen: /^DOMUS-LAB devices/m, stage: 'Domain-0 loads its drivers', fraction: 0.65 },
  { seen: /^DOMUS-LAB daemons/m, stage: "Xen's daemons start", fraction: 0.8 },
  { seen: /^DOMUS-LAB storage/m, stage: 'Domain-0 prepares its storage', fraction: 0.9 },
  { seen: /^DOMUS-LAB ready/m, stage: 'The SSH server starts', fraction: 0.95 },
];

const failures: readonly [RegExp, (what: string) => string][] = [
  [/^DOMUS-LAB-FAILED (.*)$/m, (what) => what],
  [/Kernel panic - not syncing: (.*)$/m, (what) => `Domain-0 crashed: ${what}`],
  [/\(XEN\) Panic on CPU \d+:\s*\n(?:\(XEN\) )?(.*)$/m, (what) => `The hypervisor crashed: ${what}`],
];

/** Colours and other control characters do not belong into sentences. `[^\P{Cc}\n]` is one that is no newline. */
const plain = (text: string): string => text.replace(/[^\P{Cc}\n]\[[0-9;?]*[a-zA-Z]|[^\P{Cc}\n]/gu, '');

const maxKept = 4096;

export class BootWatch {
  #tail = '';
  #next = 0;
  #failure: string | null = null;

  get stage(): string {
    return marks[this.#next - 1]?.stage ?? 'The virtual computer is switched on';
  }

  get fraction(): number {
    return marks[this.#next - 1]?.fraction ?? 0;
  }

  /** All that the start script has to do is done. */
  get ready(): boolean {
    return this.#next === marks.length;
  }

  /** Why there will be no `ready`, once that is known. */
  get failure(): string | null {
    return this.#failure;
  }

  /** True when stage or outcome have changed. */
  feed(text: string): boolean {
    this.#tail = (this.#tail + plain(text)).slice(-maxKept);
    const before = this.#next;
    for (let at = marks.length; at > this.#next; at -= 1) {
      if (marks[at - 1]?.seen.test(this.#tail)) this.#next = at;
    }
    for (const [pattern, sentence] of failures) {
      const what = pattern.exec(this.#tail)?.[1];
      if (what !== undefined && !this.ready) this.#failure ??= sentence(what.trim().slice(0, 200));
    }
    return this.#next !== before || this.#failure !== null;
  }
}
