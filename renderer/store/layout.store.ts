import { defineStore } from 'pinia';
import { isBoolean, isNumber, preference } from './preference.ts';

/** Sizes of the frame's parts, in px. */
export const sideLimits = { min: 190, max: 460 } as const;
export const activityLimits = { min: 90, max: 520 } as const;

export const useLayoutStore = defineStore('layout', () => ({
  sideWidth: preference('side', 264, isNumber),
  activityHeight: preference('activity', 160, isNumber),
  activityOpen: preference('activity-open', true, isBoolean),
}));
