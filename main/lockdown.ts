import type { App, Session, WebContents } from 'electron';
import { isPageUrl } from './page-scheme.ts';

/** What the page may do beyond showing itself: copy and paste, and give a guest's console the screen and the keys. */
const allowedPermissions: readonly string[] = [
  'clipboard-read',
  'clipboard-sanitized-write',
  'fullscreen',
  'keyboardLock',
];

const isAllowed = (permission: string, origin: string): boolean =>
  allowedPermissions.includes(permission) && isPageUrl(origin);

/** Denies every permission but the listed ones, and every device. */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(isAllowed(permission, contents.getURL()));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
}

function lockContents(contents: WebContents): void {
  const onlyOurs = (event: { preventDefault(): void; url: string }): void => {
    if (!isPageUrl(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', onlyOurs);
  contents.on('will-frame-navigate', onlyOurs);
  contents.on('will-redirect', onlyOurs);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Nothing this application shows ever leaves the page, opens another window or holds a webview. */
export function lockNavigation(app: App): void {
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
}
