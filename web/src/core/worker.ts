// The core worker: the only place that holds the link's secret and the group's keys. It runs the WebAssembly core and the
// signalling WebSocket; the page sends commands and is told what to show. Media never waits for it: frames have a worker of
// their own (frames_worker.ts).

import coreUrl from '../generated/vicino_core.wasm?url';
import { CoreModule } from './core_module';
import { CoreHost } from './host';
import { DeviceMemory } from './memory';
import type { Channel, CoreCommand, CoreEvent } from './types';

const worker = self as unknown as DedicatedWorkerGlobalScope;
const tellPage = (event: CoreEvent) => worker.postMessage(event);

const core = CoreModule.load(fetch(coreUrl));
let host: Promise<CoreHost> | null = null;

// The channel comes first. Commands that come before the module is loaded wait for it, in order.
worker.onmessage = ({ data }: MessageEvent<CoreCommand | Channel>) => {
  if (data.kind === 'channel') {
    host = core.then((module) => new CoreHost(module, new DeviceMemory(indexedDB), data.port, tellPage));
    host.then(
      () => tellPage({ kind: 'ready' }),
      (error: unknown) => tellPage({ kind: 'ended', reason: 'internal', detail: String(error) }),
    );
  } else {
    void host?.then((h) => h.handle(data));
  }
};
