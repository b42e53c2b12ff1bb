import type { CoreCommand, CoreEvent } from '../core/types';

/** The core as the page sees it: core/client.ts, or the made-up one of src/dev. */
export interface CorePort {
  send(command: CoreCommand): void;
  /** Where media frames are sealed and opened. */
  readonly worker: Worker;
  close(): void;
}

export type OpenCore = (onEvent: (event: CoreEvent) => void) => CorePort;
