import type uPlot from 'uplot';
import { tokenValue, translucent } from './chart-theme.ts';

export interface ChartSeries {
  readonly label: string;
  /** Same length as the time column; null is a gap. */
  readonly values: readonly (number | null)[];
  /** CSS colour token, e.g. `--cpu`. */
  readonly token: string;
}

export interface ChartShape {
  readonly labels: readonly { label: string; token: string }[];
  readonly format: (value: number) => string;
  /** Fixed upper end of the value axis; without it the axis follows the data. */
  readonly max: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly onCursor: (index: number | null) => void;
}

const fontUi = (): string => `11px ${tokenValue('--font-ui')}`;

/** An axis that never collapses when all values are zero: the top is at least 8 and a little above the largest. */
function upperEnd(dataMax: number | null, fixed: number | undefined): number {
  if (fixed !== undefined) return Math.max(fixed, dataMax ?? 0);
  return Math.max(8, (dataMax ?? 0) * 1.15);
}

/** Ticks of an axis with a fixed end: even parts of the whole, so that 64 MiB reads 0, 32, 64 and not 0, 49. */
function quarters(top: number, height: number): number[] {
  const parts = height < 160 ? 2 : 4;
  return Array.from({ length: parts + 1 }, (_, i) => (top * i) / parts);
}

/** Steps between ticks in seconds: none below the minute, which is the smallest thing the labels show. */
const timeSteps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600];

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
/** Epoch seconds as the time of day; a chart never spans more than one. */
const clockTime = (seconds: number): string => clockFormat.format(seconds * 1000);

/** uPlot options for a time chart in the tokens' colours. The x column is in epoch seconds. */
export function chartOptions(shape: ChartShape): uPlot.Options {
  const line = { stroke: tokenValue('--line'), width: 1 };
  const axis = { stroke: () => tokenValue('--ink-3'), font: fontUi(), grid: line, ticks: { show: false } };
  return {
    width: shape.width,
    height: shape.height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, dataMax) => [0, upperEnd(dataMax, shape.max)] },
    },
    axes: [
      { ...axis, size: 24, space: 52, incrs: timeSteps, values: (_plot, seconds) => seconds.map(clockTime) },
      {
        ...axis,
        size: 62,
        space: 28,
        values: (_plot, values) => values.map(shape.format),
        ...(shape.max === undefined
          ? {}
          : { splits: (_plot, _axis, _min, top) => quarters(top, shape.height) }),
      },
    ],
    series: [
      {},
      ...shape.labels.map(({ label, token }) => ({
        label,
        stroke: tokenValue(token),
        fill: shape.labels.length === 1 ? translucent(token, 14) : undefined,
        width: 1.5,
        spanGaps: false,
        points: { show: false },
      })),
    ] as uPlot.Series[],
    hooks: {
      setCursor: [(plot) => shape.onCursor(plot.cursor.idx ?? null)],
    },
  };
}
