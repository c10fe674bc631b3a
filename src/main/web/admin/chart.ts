/** A line chart of the last minutes: axes with units, a legend that tells the value under the pointer. */
import { make, makeSvg, set, write } from './dom.js';
import { timeOfDay } from './format.js';
import { nearest, path, scale } from './scale.js';

export interface Line<P> {
  label: string;
  tone: string;
  value(point: P): number | null;
}

interface Options<P> {
  title: string;
  lines: Line<P>[];
  format(value: number): string;
}

const HEIGHT = 148;
const LEFT = 52;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 22;
/** As much of the past as there is, of these. */
const SPANS_MS = [60_000, 120_000, 300_000];

export class Chart<P extends { at: number }> {
  readonly element: HTMLElement;
  private readonly svg = makeSvg('svg', { role: 'img', height: HEIGHT + TOP + BOTTOM });
  private readonly grid = makeSvg('g', { class: 'grid' });
  private readonly cursor = makeSvg('line', { class: 'cursor', visibility: 'hidden' });
  private readonly curves: SVGPathElement[];
  private readonly dots: SVGCircleElement[];
  private readonly values: HTMLElement[];
  private readonly when = make('span', { class: 'when' });
  private points: readonly P[] = [];
  private now = 0;
  private span = SPANS_MS[0]!;
  private hovered: number | null = null;

  constructor(private readonly options: Options<P>) {
    this.curves = options.lines.map((line) => makeSvg('path', { class: `curve ${line.tone}`, fill: 'none' }));
    this.dots = options.lines.map((line) => makeSvg('circle', { class: `dot ${line.tone}`, r: 3.5, visibility: 'hidden' }));
    this.values = options.lines.map(() => make('b'));
    const legend = make(
      'ul',
      { class: 'legend' },
      ...options.lines.map((line, i) =>
        make('li', { class: line.tone }, make('i', { 'aria-hidden': 'true' }), `${line.label} `, this.values[i] ?? null),
      ),
    );
    this.svg.append(this.grid, ...this.curves, this.cursor, ...this.dots);
    this.element = make(
      'section',
      { class: 'card chart' },
      make('div', { class: 'head' }, make('h2', {}, options.title), this.when),
      legend,
      this.svg,
    );
    this.svg.addEventListener('pointermove', (event) => this.hover(event.offsetX));
    this.svg.addEventListener('pointerdown', (event) => this.hover(event.offsetX));
    this.svg.addEventListener('pointerleave', () => this.hover(null));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  show(points: readonly P[], now: number): void {
    const since = now - (points[0]?.at ?? now);
    this.span = SPANS_MS.find((span) => span >= since) ?? SPANS_MS[SPANS_MS.length - 1]!;
    this.points = points.filter((point) => point.at >= now - this.span);
    this.now = now;
    this.draw();
  }

  private hover(x: number | null): void {
    this.hovered = x;
    this.draw();
  }

  private draw(): void {
    const width = this.svg.clientWidth;
    if (width === 0) return;
    const { lines, format, title } = this.options;
    const across = width - LEFT - RIGHT;
    const x = (at: number): number => LEFT + across * (1 - (this.now - at) / this.span);
    const most = Math.max(0, ...this.points.flatMap((point) => lines.map((line) => line.value(point) ?? 0)));
    const y = scale(most, HEIGHT);
    set(this.svg, { viewBox: `0 0 ${width} ${HEIGHT + TOP + BOTTOM}` });

    this.grid.replaceChildren(
      ...y.ticks.flatMap((tick) => {
        const at = TOP + y.place(tick);
        return [
          makeSvg('line', { x1: LEFT, x2: width - RIGHT, y1: at, y2: at }),
          makeSvg('text', { x: LEFT - 7, y: at + 4, 'text-anchor': 'end' }, format(tick)),
        ];
      }),
      ...(['start', 'middle', 'end'] as const).map((anchor, i) => {
        const ago = this.span * (1 - i / 2);
        const label = ago === 0 ? 'now' : ago < 60_000 ? `−${ago / 1000} s` : `−${ago / 60_000} min`;
        return makeSvg('text', { x: x(this.now - ago), y: TOP + HEIGHT + 17, 'text-anchor': anchor }, label);
      }),
    );
    const index =
      this.hovered === null ? this.points.length - 1 : nearest(this.points.map((point) => x(point.at)), this.hovered);
    const shown = this.points[index];
    const hovering = this.hovered !== null && shown !== undefined;
    lines.forEach((line, i) => {
      const places = this.points.map((point) => {
        const value = line.value(point);
        return [x(point.at), value === null ? null : TOP + y.place(value)] as const;
      });
      set(this.curves[i]!, { d: path(places) });
      const value = shown ? line.value(shown) : null;
      write(this.values[i]!, value === null ? '–' : format(value));
      set(this.dots[i]!, {
        visibility: hovering && value !== null ? 'visible' : 'hidden',
        cx: shown ? x(shown.at) : 0,
        cy: value === null ? 0 : TOP + y.place(value),
      });
    });
    set(this.cursor, {
      visibility: hovering ? 'visible' : 'hidden',
      x1: shown ? x(shown.at) : 0,
      x2: shown ? x(shown.at) : 0,
      y1: TOP,
      y2: TOP + HEIGHT,
    });
    write(this.when, hovering && shown ? timeOfDay(new Date(shown.at)) : '');
    const latest = lines.map((line, i) => `${line.label} ${this.values[i]!.textContent ?? ''}`).join(', ');
    set(this.svg, { 'aria-label': `${title}, now ${latest}` });
  }
}
