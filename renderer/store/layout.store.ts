import { defineStore } from 'pinia';
import { isBoolean, isNumber, preference } from './preference.ts';

/** Sizes of the frame's parts, in px. */
export const sideLimits = { min: 190, max: 460 } as const;
export const activityLimits = { min: 90, max: 520 } as const;

/** On a small screen the page comes first. */
const small = (size: number | undefined, limit: number): boolean => size !== undefined && size < limit;
const { innerWidth, innerHeight } = globalThis as { innerWidth?: number; innerHeight?: number };

export const useLayoutStore = defineStore('layout', () => ({
  sideWidth: preference('side', small(innerWidth, 1200) ? 224 : 264, isNumber),
  activityHeight: preference('activity', small(innerHeight, 760) ? 118 : 160, isNumber),
  activityOpen: preference('activity-open', true, isBoolean),
}));
