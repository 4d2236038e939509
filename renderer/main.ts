import './client/zod-config.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/400.css';
import './ui/tokens.css';
import './ui/base.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { reportFailure } from './action/use-actions.ts';
import { consoleOf } from './client/console-target.ts';
import { startSession, type EngineListeners } from './client/session.ts';
import ConsolePage from './page/ConsolePage.vue';
import { useConnectionStore } from './store/connection.store.ts';
import { followEngine } from './store/sync.ts';
import { useThemeStore } from './store/theme.store.ts';

const popped = consoleOf(location.hash);
const app = popped ? createApp(ConsolePage, { target: popped }) : createApp(App);
app.use(createPinia());
app.config.errorHandler = (error) => {
  console.error(error);
  reportFailure('Something went wrong in the window', error);
};

useThemeStore().attach({
  systemDark: matchMedia('(prefers-color-scheme: dark)'),
  show: (resolved) => (document.documentElement.dataset.theme = resolved),
  tellShell: (theme) => window.domus?.setTheme(theme),
});

const listeners: EngineListeners = {
  onStatus: (status) => useConnectionStore().setStatus(status),
  onOnline: (client, lost) =>
    void followEngine(client, lost, {
      proven: () => engine.connection.proven(),
      failed: (reason) => engine.connection.restart(reason),
    }),
};
const engine = startSession(listeners);
window.domus?.onEngineRestarted(() => engine.connection.restart('The engine was restarted.'));

app.mount('#app');
