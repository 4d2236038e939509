/** The default session: what it grants is asked of the application's own handlers, once, when Chromium starts. */
type CheckHandler = (contents: null, permission: string, origin: string) => boolean;
type RequestHandler = (
  contents: { getURL(): string },
  permission: string,
  answer: (granted: boolean) => void,
) => void;

let check: CheckHandler = () => true;
let request: RequestHandler = (_contents, _permission, answer) => answer(true);

export const session = {
  defaultSession: {
    setPermissionCheckHandler: (handler: CheckHandler) => void (check = handler),
    setPermissionRequestHandler: (handler: RequestHandler) => void (request = handler),
    setDevicePermissionHandler: (_handler: () => boolean) => undefined,
  },
};

/** Electron's names of what Chromium can be told to grant. */
const names: Readonly<Record<string, string>> = {
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  geolocation: 'geolocation',
  notifications: 'notifications',
  media: 'camera',
  midi: 'midi',
};

function isGranted(permission: string): boolean {
  const origin = 'app://domus/';
  let granted = false;
  request({ getURL: () => origin }, permission, (answer) => (granted = answer));
  return granted && check(null, permission, origin);
}

export const permissions = (): string[] =>
  Object.entries(names).flatMap(([electron, chromium]) => (isGranted(electron) ? [chromium] : []));
