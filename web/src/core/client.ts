// The core worker as the page holds it.

import type { CorePort } from '../call/core_port';
import type { CoreCommand, CoreEvent } from './types';
import workerUrl from './worker?worker&url';

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypePolicies {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

// The content security policy allows this one policy, and this one policy allows one file.
const rules: ScriptUrlPolicy = {
  createScriptURL(url) {
    if (url !== workerUrl) throw new TypeError('not the core worker');
    return url;
  },
};
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypePolicies };
const policy = trustedTypes?.createPolicy('vicino', rules) ?? rules;

export class CoreClient implements CorePort {
  readonly worker = new Worker(policy.createScriptURL(workerUrl), { type: 'module', name: 'vicino-core' });

  constructor(onEvent: (event: CoreEvent) => void) {
    this.worker.onmessage = ({ data }: MessageEvent<CoreEvent>) => onEvent(data);
  }

  send(command: CoreCommand): void {
    this.worker.postMessage(command);
  }

  close(): void {
    this.worker.terminate();
  }
}
