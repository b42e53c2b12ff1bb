// The workers as the page holds them. It connects them to each other and hears no more of what they say.

import type { CorePort } from '../call/core_port';
import framesWorkerUrl from './frames_worker?worker&url';
import type { Channel, CoreCommand, CoreEvent } from './types';
import workerUrl from './worker?worker&url';

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypePolicies {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

// The content security policy allows this one policy, and this one policy allows two files.
const rules: ScriptUrlPolicy = {
  createScriptURL(url) {
    if (url !== workerUrl && url !== framesWorkerUrl) throw new TypeError('not one of the workers');
    return url;
  },
};
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypePolicies };
const policy = trustedTypes?.createPolicy('vicino', rules) ?? rules;

export class CoreClient implements CorePort {
  readonly frames = new Worker(policy.createScriptURL(framesWorkerUrl), { type: 'module', name: 'vicino-frames' });
  readonly #core = new Worker(policy.createScriptURL(workerUrl), { type: 'module', name: 'vicino-core' });

  constructor(onEvent: (event: CoreEvent) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#core.postMessage({ kind: 'channel', port: port1 } satisfies Channel, [port1]);
    this.frames.postMessage({ kind: 'channel', port: port2 } satisfies Channel, [port2]);
    this.#core.onmessage = ({ data }: MessageEvent<CoreEvent>) => onEvent(data);
  }

  send(command: CoreCommand): void {
    this.#core.postMessage(command);
  }

  close(): void {
    this.#core.terminate();
    this.frames.terminate();
  }
}
