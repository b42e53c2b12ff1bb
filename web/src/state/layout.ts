// Where tiles go: pure functions of the area and of what there is to show. CSS pixels.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Width by height. Pictures are cropped to fill a tile; outside these shapes too much of a face is cut off. */
interface Shape {
  readonly narrowest: number;
  /** The shape a tile is judged by: how much of such a picture it shows. */
  readonly ideal: number;
}
const landscape: Shape = { narrowest: 1, ideal: 4 / 3 };
const portrait: Shape = { narrowest: 0.6, ideal: 3 / 4 };
const widest = 16 / 9;

/**
 * Splits `area` into `count` equal tiles, as large as they get; the last row is centred.
 * Empty for no tiles or no area.
 */
export function grid(count: number, area: Size, gap: number): Rect[] {
  if (count <= 0 || area.width <= 0 || area.height <= 0) return [];
  // A single picture may fill everything, whatever the shape of the window.
  if (count === 1) return [{ x: 0, y: 0, width: Math.floor(area.width), height: Math.floor(area.height) }];
  const shape = area.height > area.width ? portrait : landscape;
  let best: { columns: number; tile: Size } | null = null;
  for (let columns = 1; columns <= count; ++columns) {
    const tile = fitTile(columns, Math.ceil(count / columns), area, gap, shape.narrowest);
    if (!best || shown(tile, shape.ideal) > shown(best.tile, shape.ideal)) best = { columns, tile };
  }
  return best ? place(count, best.columns, best.tile, area, gap) : [];
}

function fitTile(columns: number, rows: number, area: Size, gap: number, narrowest: number): Size {
  const width = Math.max(1, (area.width - gap * (columns - 1)) / columns);
  const height = Math.max(1, (area.height - gap * (rows - 1)) / rows);
  if (width / height > widest) return { width: height * widest, height };
  if (width / height < narrowest) return { width, height: width / narrowest };
  return { width, height };
}

function place(count: number, columns: number, tile: Size, area: Size, gap: number): Rect[] {
  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (area.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: Math.round(left + (i - row * columns) * (tile.width + gap)),
      y: Math.round(top + row * (tile.height + gap)),
      width: Math.floor(tile.width),
      height: Math.floor(tile.height),
    };
  });
}

/** How large an uncropped picture of shape `ideal` would be in the tile. */
function shown(tile: Size, ideal: number): number {
  return Math.min(tile.width, tile.height * ideal);
}

export type Role = 'grid' | 'stage' | 'strip' | 'float';

export interface Placed {
  readonly key: string;
  readonly role: Role;
  readonly rect: Rect;
}

export interface ArrangeInput {
  readonly area: Size;
  readonly gap: number;
  /** Everything that could be shown, most wanted first, without the stage. */
  readonly tiles: readonly string[];
  /** Shown large; null: everybody gets the same. */
  readonly stage: string | null;
  /** The own picture; floats in a corner beside a single other tile. null: not shown. */
  readonly self: string | null;
  /** Tiles shown at most, the stage included, oneself not. */
  readonly limit: number;
}

export interface Arrangement {
  readonly placed: readonly Placed[];
  /** How many of `tiles` found no place. */
  readonly hidden: number;
}

const smallestTile: Size = { width: 132, height: 104 };

/** The whole screen: a grid, or one large tile with a strip of the others. */
export function arrange(input: ArrangeInput): Arrangement {
  return input.stage === null ? arrangeGrid(input) : arrangeStage(input, input.stage);
}

function arrangeGrid({ area, gap, tiles, self, limit }: ArrangeInput): Arrangement {
  const floats = self !== null && tiles.length === 1;
  const room = Math.max(1, roomFor(area, gap) - (self !== null && !floats ? 1 : 0));
  const visible = tiles.slice(0, Math.min(Math.max(1, limit), room));
  const keys = self !== null && !floats ? [...visible, self] : visible;
  const placed: Placed[] = grid(keys.length, area, gap).map((rect, i) => ({ key: keys[i]!, role: 'grid', rect }));
  if (floats) placed.push({ key: self, role: 'float', rect: corner(area) });
  return { placed, hidden: tiles.length - visible.length };
}

/** How many tiles of the smallest useful size there is room for. */
function roomFor(area: Size, gap: number): number {
  const columns = Math.max(1, Math.floor((area.width + gap) / (smallestTile.width + gap)));
  const rows = Math.max(1, Math.floor((area.height + gap) / (smallestTile.height + gap)));
  return columns * rows;
}

function corner(area: Size): Rect {
  const tall = area.height > area.width;
  const width = Math.round(Math.max(96, Math.min(248, area.width * (tall ? 0.28 : 0.2))));
  const height = Math.round(tall ? width / portrait.ideal : width / widest);
  const inset = Math.round(Math.max(12, Math.min(20, area.width * 0.02)));
  return { x: area.width - width - inset, y: area.height - height - inset, width, height };
}

function arrangeStage({ area, gap, tiles, self, limit }: ArrangeInput, stage: string): Arrangement {
  const others = self !== null && self !== stage ? [self, ...tiles] : [...tiles];
  if (others.length === 0) {
    return { placed: [{ key: stage, role: 'stage', rect: { x: 0, y: 0, ...area } }], hidden: 0 };
  }
  const sideways = area.width > area.height * 1.15;
  const across = Math.round(
    sideways ? Math.min(248, Math.max(148, area.width * 0.17)) : Math.min(148, Math.max(88, area.height * 0.15)),
  );
  const tile: Size = sideways
    ? { width: across, height: Math.round(across / widest) }
    : { width: Math.round(across * 1.1), height: across };
  const length = sideways ? area.height : area.width;
  const step = (sideways ? tile.height : tile.width) + gap;
  const fits = Math.max(1, Math.floor((length + gap) / step));
  const own = self !== null && self !== stage ? 1 : 0;
  const visible = others.slice(0, Math.min(fits, Math.max(0, limit - 1) + own));
  const used = visible.length * step - gap;
  const start = Math.max(0, Math.round((length - used) / 2));
  const stageRect: Rect = sideways
    ? { x: 0, y: 0, width: area.width - across - gap, height: area.height }
    : { x: 0, y: 0, width: area.width, height: area.height - across - gap };
  const placed: Placed[] = [{ key: stage, role: 'stage', rect: stageRect }];
  visible.forEach((key, i) => {
    const along = start + i * step;
    const rect: Rect = sideways
      ? { x: area.width - tile.width, y: along, ...tile }
      : { x: along, y: area.height - tile.height, ...tile };
    placed.push({ key, role: 'strip', rect });
  });
  return { placed, hidden: others.length - visible.length };
}
