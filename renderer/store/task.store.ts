import { defineStore } from 'pinia';
import { computed, shallowReactive, shallowRef } from 'vue';
import type { Task } from '../../engine/api/task.ts';

/** One line of the command mirror: when it was asked for, and what does the same on a dom0 shell. */
export interface CommandLine {
  readonly id: string;
  readonly at: number;
  readonly line: string;
}

/** Lines of this window's own doings (opening a console) that are kept. */
const maxLocalLines = 50;

/** Tasks of the engine, newest first, and the command mirror made from them. */
export const useTaskStore = defineStore('task', () => {
  const byId = shallowReactive(new Map<string, Task>());
  const local = shallowRef<readonly CommandLine[]>([]);

  const list = computed(() => [...byId.values()].sort((a, b) => b.startedAt - a.startedAt));
  const running = computed(() => list.value.filter((task) => task.status === 'running'));

  /** Newest first. Failed commands are in it too: a person wants to see what was tried. */
  const commands = computed(() => {
    const lines: CommandLine[] = [...local.value];
    for (const { id, startedAt, command } of byId.values())
      if (command) lines.push({ id, at: startedAt, line: command });
    return lines.sort((a, b) => b.at - a.at);
  });

  function replace(tasks: readonly Task[]): void {
    byId.clear();
    for (const task of tasks) byId.set(task.id, task);
  }
  const put = (task: Task): void => void byId.set(task.id, task);
  const remove = (id: string): void => void byId.delete(id);

  /** Mirrors something that is no task of the engine. */
  function mirror(line: string): void {
    const entry = { id: `local-${Date.now()}-${local.value.length}`, at: Date.now(), line };
    local.value = [entry, ...local.value].slice(0, maxLocalLines);
  }

  return { byId, list, running, commands, replace, put, remove, mirror };
});
