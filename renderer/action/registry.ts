import type { Action, AppAction, DomainAction, HostAction } from './action.ts';
import { activity } from './activity.action.ts';
import { configImport } from './config-import.action.ts';
import { domainBootMenu } from './domain-boot-menu.action.ts';
import { domainConsole } from './domain-console.action.ts';
import { domainCopyName } from './domain-copy-name.action.ts';
import { domainCopyUuid } from './domain-copy-uuid.action.ts';
import { domainCreate } from './domain-create.action.ts';
import { domainDestroy } from './domain-destroy.action.ts';
import { domainDisplay } from './domain-display.action.ts';
import { domainMovePool } from './domain-move-pool.action.ts';
import { domainPause } from './domain-pause.action.ts';
import { domainPin } from './domain-pin.action.ts';
import { domainPopOut } from './domain-pop-out.action.ts';
import { domainReboot } from './domain-reboot.action.ts';
import { domainRemove } from './domain-remove.action.ts';
import { domainRestore } from './domain-restore.action.ts';
import { domainResume } from './domain-resume.action.ts';
import { domainSave } from './domain-save.action.ts';
import { domainScreenshot } from './domain-screenshot.action.ts';
import { domainShutdown } from './domain-shutdown.action.ts';
import { domainStart } from './domain-start.action.ts';
import { domainStartPaused } from './domain-start-paused.action.ts';
import { domainSuspend } from './domain-suspend.action.ts';
import { domainUnpause } from './domain-unpause.action.ts';
import { filterDomains } from './filter.action.ts';
import { glossary } from './glossary.action.ts';
import { hostAdd } from './host-add.action.ts';
import { hostAnswer } from './host-answer.action.ts';
import { hostConnect } from './host-connect.action.ts';
import { hostCopyPath } from './host-copy-path.action.ts';
import { hostDisconnect } from './host-disconnect.action.ts';
import { hostDoctor } from './host-doctor.action.ts';
import { hostEdit } from './host-edit.action.ts';
import { hostExportCsv } from './host-export-csv.action.ts';
import { hostExportJson } from './host-export-json.action.ts';
import { hostFleet } from './host-fleet.action.ts';
import { hostForget } from './host-forget.action.ts';
import { hostLab } from './host-lab.action.ts';
import { hostLog } from './host-log.action.ts';
import { hostReconnect } from './host-reconnect.action.ts';
import { hostRemove } from './host-remove.action.ts';
import { hostRestore } from './host-restore.action.ts';
import { hostSaves } from './host-saves.action.ts';
import { hostScheduler } from './host-scheduler.action.ts';
import { hostSettings } from './host-settings.action.ts';
import { hostTerminal } from './host-terminal.action.ts';
import { hostWall } from './host-wall.action.ts';
import { hostXenstore } from './host-xenstore.action.ts';
import { nextPane } from './next-pane.action.ts';
import { palette } from './palette.action.ts';
import { poolCreate } from './pool-create.action.ts';
import { shortcuts } from './shortcuts.action.ts';
import { themeDark } from './theme-dark.action.ts';
import { themeLight } from './theme-light.action.ts';
import { themeSystem } from './theme-system.action.ts';

/** Every action on a domain, in the order of its menu; a null is a separator. */
export const domainMenu: readonly (DomainAction | null)[] = [
  domainStart,
  domainStartPaused,
  domainBootMenu,
  domainPause,
  domainUnpause,
  null,
  domainShutdown,
  domainReboot,
  domainDestroy,
  null,
  domainSave,
  domainRestore,
  domainSuspend,
  domainResume,
  null,
  domainDisplay,
  domainConsole,
  domainPopOut,
  domainScreenshot,
  null,
  domainPin,
  domainMovePool,
  null,
  domainCopyName,
  domainCopyUuid,
  null,
  domainRemove,
];

/** What can be done to the connection of a host that was added. */
export const linkActions: readonly HostAction[] = [
  hostConnect,
  hostReconnect,
  hostAnswer,
  hostDisconnect,
  hostDoctor,
  hostEdit,
  hostForget,
  hostRemove,
];

export const hostMenu: readonly (HostAction | null)[] = [
  domainCreate,
  configImport,
  hostRestore,
  null,
  hostWall,
  hostScheduler,
  poolCreate,
  hostXenstore,
  hostSaves,
  hostLog,
  hostTerminal,
  null,
  hostExportCsv,
  hostExportJson,
  null,
  hostSettings,
  hostCopyPath,
  null,
  ...linkActions,
];

/** Commands for all hosts together, and for a group of them. */
export const fleetMenu: readonly AppAction[] = [hostAdd, hostFleet, hostLab];

export const appActions: readonly AppAction[] = [
  palette,
  filterDomains,
  ...fleetMenu,
  nextPane,
  activity,
  themeLight,
  themeDark,
  themeSystem,
  glossary,
  shortcuts,
];

const present = <T>(item: T | null): item is T => item !== null;

export const domainActions: readonly DomainAction[] = domainMenu.filter(present);
export const hostActions: readonly HostAction[] = hostMenu.filter(present);
export const allActions: readonly Action[] = [...domainActions, ...hostActions, ...appActions];

const byId = new Map(allActions.map((action) => [action.id, action]));

/** The action with this id. Throws when there is none: ids are written in code, not typed by people. */
export function actionById(id: string): Action {
  const action = byId.get(id);
  if (!action) throw new Error(`There is no action ${id}`);
  return action;
}
