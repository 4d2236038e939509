/**
 * The layering of the architecture, proved by `npm run check`. Imports point downward; the table is the order.
 * `engine/api` is the contract: data and errors that everybody above the pure cores may speak of.
 */
const layers = [
  'entry',
  'service',
  'cli',
  'host',
  'toolstack',
  'xlcfg',
  'migration',
  'hypervisor',
  'xenstore',
  'device',
  'network',
  'storage',
  'guest',
  'display',
  'stats',
  'training',
  'lib',
];

/** No IO, no time, no contract: tables and codecs. */
const pure = ['xlcfg', 'migration', 'hypervisor', 'xenstore', 'lib'];

const inEngine = (names) => `^engine/(${names.join('|')})/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const downward = layers
  .map((layer, at) => [layer, layers.slice(0, at)])
  .filter(([, above]) => above.length > 0)
  .map(([layer, above]) =>
    rule(
      `${layer}-looks-up`,
      'Imports point downward.',
      { path: inEngine([layer]) },
      { path: inEngine(above) },
    ),
  );

/** Parts of one layer that do not know each other. */
const strangers = [
  ['service', 'engine/cli/', 'The command line talks to the contract, as every client does.'],
  ['device', 'engine/(toolstack|xlcfg)/', 'Devices never see the toolstack.'],
  [
    'cli',
    'engine/(?!api/|cli/|lib/|xlcfg/)',
    'The command line talks only through the contract; the language of xl.cfg is pure, and xl reads its words with it.',
  ],
];

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle is one thing with two names.', {}, { circular: true }),
    rule(
      'resolvable',
      'What is imported must exist.',
      {},
      { couldNotResolve: true, pathNot: '^(electron|v86)$' },
    ),
    ...downward,
    ...strangers.map(([layer, path, comment]) =>
      rule(`${layer}-keeps-apart`, comment, { path: inEngine([layer]) }, { path: `^${path}` }),
    ),
    rule(
      'service-sees-one-host',
      'The service sees the interfaces, not the worlds behind them.',
      { path: '^engine/service/' },
      { path: '^engine/(?!api/|service/|lib/|host/[a-z0-9-]+\\.ts$)' },
    ),
    rule(
      'api-is-schemas',
      'The contract imports zod and the contract builder only (decision 005).',
      { path: '^engine/api/' },
      { pathNot: '^engine/api/|node_modules/(zod|@orpc/contract)/' },
    ),
    rule('lib-is-alone', 'lib imports nothing.', { path: '^engine/lib/' }, { pathNot: '^engine/lib/' }),
    rule(
      'pure-is-pure',
      'Pure parts do no IO.',
      { path: inEngine(pure) },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(util|assert)$' },
    ),
    rule(
      'pure-knows-no-contract',
      'Pure parts know no client.',
      { path: inEngine(pure) },
      { path: '^engine/api/' },
    ),
    rule(
      'engine-is-headless',
      'The engine never imports Electron, Vue or the page.',
      { path: '^engine/' },
      { path: '^(main|preload|renderer)/|node_modules/(electron|vue|pinia|@xterm|uplot|reka-ui)(/|$)' },
    ),
    rule(
      'main-brokers-ports',
      'The shell knows windows and ports; of the engine only the rules for handing out the page.',
      { path: '^main/' },
      { path: '^(engine|renderer)/', pathNot: '^engine/service/web/page\\.ts$' },
    ),
    rule(
      'preload-is-one-file',
      'A sandboxed preload can load nothing.',
      { path: '^preload/' },
      { path: '^(engine|main|renderer)/' },
    ),
    rule(
      'page-knows-the-contract',
      'The page knows the contract, the bridge and itself.',
      { path: '^renderer/' },
      { path: '^(engine/(?!api/)|main/|preload/(?!api\\.ts$))' },
    ),
    rule(
      'page-has-no-node',
      'The page runs in a browser.',
      { path: '^renderer/', pathNot: 'vite\\.config\\.ts$' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'ui-is-presentational',
      'ui/ holds pieces that know no store and no engine.',
      { path: '^renderer/ui/' },
      { path: '^renderer/(store|action|client|feature|page)/' },
    ),
    rule(
      'stores-below-pages',
      'Stores know the client, not who shows them.',
      { path: '^renderer/store/' },
      { path: '^renderer/(action|feature|page|ui)/' },
    ),
    rule(
      'client-below-stores',
      'The client knows no store.',
      { path: '^renderer/client/' },
      { path: '^renderer/(store|action|feature|page|ui)/' },
    ),
    rule(
      'product-without-tests',
      'Nothing that ships imports tests.',
      { path: '^(engine|main|preload|renderer)/' },
      { path: '^(test|scripts)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|release|test-results)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.vue', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
