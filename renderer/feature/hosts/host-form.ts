import { hostDraft, type HostDraft } from '../../../engine/api/hosts.ts';
import { entryOf, readEntry, type Entry } from '../form/schema-control.ts';

export type HostField = keyof HostDraft;
/** What is in the form: switches are true or false, everything else is text as typed. */
export type HostForm = Record<HostField, Entry>;

export const hostFields = Object.keys(hostDraft.shape) as HostField[];

interface Words {
  readonly label: string;
  readonly hint?: string;
  readonly none?: string;
}

/** How fields are called and what has to be known to fill them in. */
export const hostWords: Record<HostField, Words> = {
  transport: { label: 'How it is reached' },
  address: {
    label: 'Address',
    none: 'xen1.example.org',
    hint: 'Name, IP address, or a Host of your ssh configuration.',
  },
  port: { label: 'Port', none: '22', hint: 'Empty: as the ssh configuration says.' },
  user: {
    label: 'User',
    none: 'root',
    hint: 'Empty: as the ssh configuration says, else your own name here.',
  },
  identityFile: {
    label: 'Key file',
    none: 'none',
    hint: 'A private key on this computer, tried before the agent’s and the usual ones.',
  },
  knownHostsFile: {
    label: 'Known hosts file',
    none: 'none',
    hint: 'Looked at before the usual ones, if whoever made the host gave you its key.',
  },
  jump: {
    label: 'Jump host',
    none: 'none',
    hint: 'user@gateway:22; several with commas. Empty: as the ssh configuration says.',
  },
  useSshConfig: { label: 'Use my ssh configuration' },
  useAgent: { label: 'Use keys of the ssh agent' },
  sudo: { label: 'Run xl through sudo', hint: 'For users other than root.' },
  name: { label: 'Name', none: 'what the host calls itself' },
  group: { label: 'Group', none: 'none', hint: 'Hosts of one group stand together in the tree.' },
  autoconnect: { label: 'Connect when Domus starts' },
};

/** A draft with everything as it usually is; its address is still to be given. */
const usual: HostDraft = hostDraft.parse({});

export function formOf(draft: HostDraft): HostForm {
  return Object.fromEntries(hostFields.map((field) => [field, entryOf(draft[field])])) as HostForm;
}
export const emptyForm = (): HostForm => ({ ...formOf(usual), address: '' });

export interface ReadHostForm {
  /** Null while something is wrong. */
  readonly draft: HostDraft | null;
  readonly errors: Partial<Record<HostField, string>>;
}

/** What was typed as a draft, or what is wrong with which field. A local dom0 has no address. */
export function readHostForm(form: HostForm): ReadHostForm {
  const errors: Partial<Record<HostField, string>> = {};
  const values: Partial<Record<HostField, unknown>> = {};
  const local = form.transport === 'local';
  for (const field of hostFields) {
    const entry = local && field === 'address' ? usual.address : form[field];
    const read = readEntry(hostDraft.shape[field], entry);
    if (read.error === undefined) values[field] = read.value;
    else errors[field] = read.error;
  }
  if (Object.keys(errors).length > 0) return { draft: null, errors };
  return { draft: hostDraft.parse(values), errors };
}

const target = /^(?:ssh:\/\/)?(?:([^\s@:/]+)@)?(\[[0-9A-Fa-f:]+\]|[^\s@:/[\]]+)(?::(\d{1,5}))?\/?$/;

/** `root@xen1:2222`, as people paste it, in its parts; what is not of that form stays as it is. */
export function splitTarget(form: HostForm): HostForm {
  const parts = target.exec(String(form.address).trim());
  if (!parts) return form;
  const [, user, host = '', port] = parts;
  if (user === undefined && port === undefined && host === form.address) return form;
  return {
    ...form,
    address: host.replace(/^\[|\]$/g, ''),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
  };
}
