import type { Component } from 'vue';
import type { DomainInfo, DomainOperation } from '../../engine/api/domain.ts';
import type { HostInfo } from '../../engine/api/host.ts';
import type { EngineClient } from '../client/engine.ts';
import type { Confirmation, DialogRequest } from '../store/dialog.store.ts';
import type { NewNotice } from '../store/notice.store.ts';
import type { Selection } from '../store/selection.store.ts';
import type { Theme } from '../store/theme.store.ts';

/** Everything an action may do to the window. Tests give a small one of their own. */
export interface AppPort {
  readonly client: EngineClient;
  /** Shows `operation` on the domain until `work` has ended. */
  during<T>(domain: DomainInfo, operation: DomainOperation, work: Promise<T>): Promise<T>;
  open(dialog: DialogRequest): void;
  /** Shows an object; one that was just made as soon as it is known. */
  go(selection: Selection, tab?: string): void;
  /** Shows a domain's Console page, turned to its screen or to its serial port. */
  showConsole(domain: DomainInfo, view: 'graphical' | 'serial'): void;
  /** Opens a window with nothing but the domain's console. */
  popOut(domain: DomainInfo): void;
  /** Gives the person a PNG (base64) of a domain's screen to keep. */
  savePicture(domain: string, png: string): void;
  copy(text: string): Promise<void>;
  notify(notice: NewNotice): void;
  /** Tells the person that something went wrong, whatever was thrown. */
  fail(title: string, thrown: unknown): void;
  /** Saves the domains of a host, as its table shows them, as a file. */
  exportDomains(host: HostInfo, format: 'csv' | 'json'): Promise<void>;
  /** Adds a line to the command mirror for something that is no task of the engine. */
  mirror(line: string): void;
  theme: Theme;
  activityOpen: boolean;
  focusFilter(): void;
  /** Moves the keyboard to the next part of the frame: tree, page, Activity, and around. */
  focusNextPane(): void;
}

/** What an action is asked about: the window's present state and the object it would act on. */
export interface ActionContext {
  readonly online: boolean;
  readonly host: HostInfo | null;
  readonly domain: DomainInfo | null;
  /** What is being done to the domain just now, by anybody. */
  readonly operation: DomainOperation | null;
  readonly app: AppPort;
}

/** Context of an action on a domain: host and domain are there. */
export interface DomainContext extends ActionContext {
  readonly host: HostInfo;
  readonly domain: DomainInfo;
}
export interface HostContext extends ActionContext {
  readonly host: HostInfo;
}

/** Why an action cannot run, as a sentence, and the action (by id) that would make it possible. */
export interface WhyNot {
  readonly why: string;
  readonly fix?: string;
}

interface Base<Context> {
  /** Unique, e.g. `domain.pause`. */
  readonly id: string;
  /** What the button says. */
  readonly title: string;
  readonly icon: Component;
  /** e.g. `Ctrl+K`; see shortcut.ts. */
  readonly shortcut?: string;
  /** Shown in red, asks first. */
  readonly destructive?: boolean;
  /** Further words under which the palette finds it. */
  readonly words?: string;
  canRun(context: Context): true | WhyNot;
  run(context: Context): Promise<void> | void;
  /** The line that does the same in a dom0 shell; null when there is none. */
  xl(context: Context): string | null;
  /** The question to ask first. */
  confirm?(context: Context): Omit<Confirmation, 'command'>;
}

export type AppAction = Base<ActionContext> & { readonly appliesTo: 'app' };
export type HostAction = Base<HostContext> & { readonly appliesTo: 'host' };
export type DomainAction = Base<DomainContext> & {
  readonly appliesTo: 'domain';
  /** What to say before it is done to several at once: what is lost, and what is not. */
  readonly bulkText?: string;
  /** How it is done to one of several, where `run` would ask something that the one question for all has answered. */
  runInBulk?(context: DomainContext): Promise<void>;
};

/** One user command: buttons, menus, palette and shortcuts are all made from these. */
export type Action = AppAction | HostAction | DomainAction;
