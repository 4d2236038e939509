import { Menu, type MenuItemConstructorOptions } from 'electron';

const mac = process.platform === 'darwin';

const template: MenuItemConstructorOptions[] = [
  ...(mac ? [{ role: 'appMenu' as const }] : []),
  { label: '&File', submenu: [{ role: mac ? 'close' : 'quit' }] },
  { role: 'editMenu' },
  {
    label: '&View',
    submenu: [
      { role: 'reload' },
      { role: 'toggleDevTools' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ],
  },
  { role: 'windowMenu' },
];

export function setMenu(): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
