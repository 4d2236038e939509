import type { Component } from 'vue';

/** One row of a menu. */
export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly icon?: Component | undefined;
  readonly keys?: string | undefined;
  /** The row stays reachable and says this instead of doing anything. */
  readonly why?: string | undefined;
  readonly destructive?: boolean | undefined;
  readonly checked?: boolean | undefined;
  run(): void;
}
/** A null is a separator. */
export type MenuEntries = readonly (MenuEntry | null)[];
