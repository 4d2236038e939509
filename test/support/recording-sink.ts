import type { DomainInfo, HostInfo, HostSamples } from '../../engine/api/index.ts';
import type { HostSink, Operation } from '../../engine/host/host.ts';

/** Keeps the newest of everything a host reports, and the states each domain went through. */
export class RecordingSink implements HostSink {
  hostInfo: HostInfo | null = null;
  readonly domains = new Map<string, DomainInfo>();
  readonly states = new Map<string, string[]>();
  readonly operations = new Map<string, string[]>();
  newest: HostSamples | null = null;

  host(info: HostInfo): void {
    this.hostInfo = info;
  }

  hostRemoved(): void {
    this.hostInfo = null;
  }

  domain(info: DomainInfo): void {
    this.domains.set(info.id, info);
    note(this.states, info.id, info.state);
    if (info.operation) note(this.operations, info.id, info.operation);
  }

  domainRemoved(_host: string, domain: string): void {
    this.domains.delete(domain);
  }

  samples(samples: HostSamples): void {
    this.newest = samples;
  }
}

function note(map: Map<string, string[]>, id: string, word: string): void {
  const words = map.get(id) ?? [];
  if (words.at(-1) !== word) words.push(word);
  map.set(id, words);
}

/** An operation as a task would give it, keeping what was said. */
export class RecordingOperation implements Operation {
  readonly abort = new AbortController();
  readonly stages: string[] = [];
  readonly lines: string[] = [];
  domain: string | null = null;

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  progress(stage: string): void {
    this.stages.push(stage);
  }

  log(line: string): void {
    this.lines.push(line);
  }

  about(domain: string): void {
    this.domain = domain;
  }
}
