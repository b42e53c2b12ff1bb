import { describe, expect, it } from 'vitest';

import { arrange, grid, type ArrangeInput, type Rect, type Size } from './layout';

const desktop: Size = { width: 1400, height: 760 };
const phone: Size = { width: 366, height: 660 };
const gap = 12;

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function expectTidy(rects: readonly Rect[], area: Size): void {
  const outside = rects.filter(
    (r) => r.x < -1 || r.y < -1 || r.x + r.width > area.width + 1 || r.y + r.height > area.height + 1,
  );
  expect(outside).toEqual([]);
  const crossing = rects.filter((rect, i) => rects.slice(i + 1).some((other) => overlap(rect, other)));
  expect(crossing).toEqual([]);
}

const columnsOf = (rects: readonly Rect[]) => new Set(rects.map((r) => r.x)).size;

describe('grid', () => {
  it.each([desktop, phone, { width: 500, height: 500 }])('never overlaps or overflows in %o', (area) => {
    for (let count = 1; count <= 50; ++count) {
      const rects = grid(count, area, gap);
      expect(rects.length).toBe(count);
      expectTidy(rects, area);
    }
  });

  it('is empty without tiles or area', () => {
    expect(grid(0, desktop, gap)).toEqual([]);
    expect(grid(3, { width: 0, height: 700 }, gap)).toEqual([]);
  });

  it('gives everything to a single tile', () => {
    expect(grid(1, phone, gap)).toEqual([{ x: 0, y: 0, ...phone }]);
  });

  it('puts two side by side on a desktop and above each other on a phone', () => {
    expect(columnsOf(grid(2, desktop, gap))).toBe(2);
    expect(columnsOf(grid(2, phone, gap))).toBe(1);
  });

  it('makes 2 by 2 of four', () => {
    expect(columnsOf(grid(4, desktop, gap))).toBe(2);
    expect(columnsOf(grid(4, phone, gap))).toBe(2);
  });

  it('centres the last row', () => {
    const rects = grid(3, desktop, gap);
    const last = rects[2]!;
    expect(Math.abs(last.x + last.width / 2 - desktop.width / 2)).toBeLessThanOrEqual(1);
  });

  it('keeps faces in a shape that shows them', () => {
    for (let count = 2; count <= 30; ++count) {
      for (const rect of grid(count, desktop, gap)) {
        expect(rect.width / rect.height).toBeLessThan(1.82);
        expect(rect.width / rect.height).toBeGreaterThan(0.95);
      }
    }
  });
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);

function input(over: Partial<ArrangeInput>): ArrangeInput {
  return { area: desktop, gap, tiles: [], stage: null, self: 'self', limit: 25, ...over };
}

describe('arrange', () => {
  it('fills the screen with oneself when alone', () => {
    const { placed } = arrange(input({}));
    expect(placed.map((p) => [p.key, p.role])).toEqual([['self', 'grid']]);
  });

  it('floats the own picture beside a single other one, inside the area', () => {
    for (const area of [desktop, phone]) {
      const { placed } = arrange(input({ area, tiles: ['p0'] }));
      expect(placed.map((p) => [p.key, p.role])).toEqual([
        ['p0', 'grid'],
        ['self', 'float'],
      ]);
      expectTidy([placed[1]!.rect], area);
    }
  });

  it('puts oneself into the grid with two or more others', () => {
    const { placed } = arrange(input({ tiles: names(3) }));
    expect(placed.map((p) => p.role)).toEqual(['grid', 'grid', 'grid', 'grid']);
    expect(placed.at(-1)?.key).toBe('self');
  });

  it.each([desktop, phone])('gives the stage most of %o and the others a strip', (area) => {
    const { placed, hidden } = arrange(input({ area, stage: 'screen', tiles: names(2) }));
    expect(placed.map((p) => p.key)).toEqual(['screen', 'self', 'p0', 'p1'].slice(0, placed.length));
    expect(hidden).toBe(4 - placed.length);
    expectTidy(placed.map((p) => p.rect), area);
    const stage = placed[0]!.rect;
    expect(stage.width * stage.height).toBeGreaterThan(area.width * area.height * 0.7);
  });

  it('shows no more than the limit and says how many are hidden', () => {
    const { placed, hidden } = arrange(input({ tiles: names(40), limit: 10 }));
    expect(placed.length).toBe(11);
    expect(hidden).toBe(30);
    const stage = arrange(input({ stage: 's', tiles: names(40), limit: 4 }));
    expect(stage.placed.length).toBe(5);
    expect(stage.hidden).toBe(37);
  });

  it('hides tiles rather than making them uselessly small', () => {
    const { placed, hidden } = arrange(input({ area: phone, tiles: names(60), limit: 100 }));
    expect(placed.length + hidden).toBe(61);
    for (const p of placed) expect(p.rect.width).toBeGreaterThanOrEqual(100);
  });
});
