// The core worker: the only place that holds the link's secret and the keys. It runs the WebAssembly core, the signalling
// WebSocket and every media transform; the page sends commands and is told what to show.

import coreUrl from '../generated/vicino_core.wasm?url';
import { CoreHost } from './host';
import type { CoreCommand, CoreEvent } from './types';
import { CoreModule } from './wasm';

const worker = self as unknown as DedicatedWorkerGlobalScope;
const tellPage = (event: CoreEvent) => worker.postMessage(event);

// Commands and transforms that come before the module is loaded wait for it, in order.
const host = CoreModule.load(fetch(coreUrl)).then((core) => new CoreHost(core, tellPage));
worker.onmessage = ({ data }: MessageEvent<CoreCommand>) => void host.then((h) => h.handle(data));
worker.onrtctransform = ({ transformer }) => void host.then((h) => h.attach(transformer));
host.then(
  () => tellPage({ kind: 'ready' }),
  (error: unknown) => tellPage({ kind: 'ended', reason: 'internal', detail: String(error) }),
);
