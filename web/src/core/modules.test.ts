// The module itself, both ways it is used. It is in VICINO_WASM_DIR or build/wasm.

import { existsSync, readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, test } from 'vitest';

import type { ConnectT } from '../generated/vicino/ui/connect';
import { EndReason } from '../generated/vicino/ui/end-reason';
import type { EndedT } from '../generated/vicino/ui/ended';
import type { FrameKeysT } from '../generated/vicino/ui/frame-keys';
import { InputBody } from '../generated/vicino/ui/input-body';
import { OutputBody } from '../generated/vicino/ui/output-body';
import type { OutputsT } from '../generated/vicino/ui/outputs';
import { SocketOpenedT } from '../generated/vicino/ui/socket-opened';
import { CoreModule } from './core_module';
import { failure, FramesModule } from './frames_module';
import { openInput } from './inputs';

const root = fileURLToPath(import.meta.url).replace(/\/web\/src\/core\/[^/]*$/, '');
const path = `${env['VICINO_WASM_DIR'] ?? `${root}/build/wasm`}/apps/wasm/vicino_core.wasm`;
const built = existsSync(path);
if (!built) console.info(`no module at ${path}: build the preset "wasm"`);

const response = async () => new Response(readFileSync(path), { headers: { 'Content-Type': 'application/wasm' } });
const open = (link: string) =>
  openInput({ kind: 'open', link, name: 'Ada', color: 1, keepIdentity: true }, null);
const bodies = <T>({ outputs }: OutputsT, type: OutputBody) =>
  outputs.filter(({ bodyType }) => bodyType === type).map(({ body }) => body as unknown as T);

describe.skipIf(!built)('the core’s module', () => {
  let core: CoreModule;
  beforeAll(async () => {
    core = await CoreModule.load(response());
  });

  test('asks for a connection to where the link points', () => {
    const outputs = core.handle(...open('https://call.example.org/j/AAECAwQFBgcICQoLDA0ODw#_-7dzLuqmYh3ZlVEMyIRAA'));
    expect(bodies<ConnectT>(outputs, OutputBody.Connect).map(({ url }) => url)).toEqual(['wss://call.example.org/ws']);
    expect(outputs.deadline).toBeGreaterThan(performance.now());
    core.handle(InputBody.SocketOpened, new SocketOpenedT());
  });

  test('ends at a link that is cut off', async () => {
    const other = await CoreModule.load(response());
    const outputs = other.handle(...open('https://call.example.org/j/AAECAwQFBgcICQoLDA0ODw'));
    expect(bodies<EndedT>(outputs, OutputBody.Ended).map(({ reason }) => reason)).toEqual([EndReason.link_incomplete]);
  });

  test('says changes of keys that the frames’ side takes', async () => {
    const other = await CoreModule.load(response());
    const outputs = other.handle(...open('https://call.example.org/j/AAECAwQFBgcICQoLDA0ODw#_-7dzLuqmYh3ZlVEMyIRAA'));
    const changes = bodies<FrameKeysT>(outputs, OutputBody.FrameKeys);
    expect(changes.length).toBeGreaterThan(0);
    const frames = await FramesModule.load(response());
    for (const { change } of changes) frames.apply(Uint8Array.from(change));
  });
});

describe.skipIf(!built)('the frames’ module', () => {
  let frames: FramesModule;
  beforeAll(async () => {
    frames = await FramesModule.load(response());
  });
  const mid = new TextEncoder().encode('4');

  test('seals nothing before it has a key', () => {
    expect(frames.planSeal(0, 0, 0, false, 100)).toBeNull();
  });

  test('opens nothing that isn’t sealed, nor under a key it doesn’t have', () => {
    expect(frames.planOpen(0, Uint8Array.of(255, 255, 255).buffer)).toBe(failure.refused);
    expect(frames.planOpen(0, new ArrayBuffer(40))).toBe(failure.noKey);
  });

  test('reports a slot whose frames don’t open, once', () => {
    const reports = Array.from({ length: 200 }, () => frames.openFailed(mid, failure.refused)).filter(Boolean);
    expect(reports.length).toBeGreaterThan(0);
    expect(frames.takeReport()?.byteLength).toBeGreaterThan(0);
    expect(frames.takeReport()).toBeNull();
  });

  test('refuses what is no change of keys', () => {
    expect(() => frames.apply(Uint8Array.of(255, 255))).toThrow();
  });
});
