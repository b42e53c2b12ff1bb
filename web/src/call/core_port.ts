import type { CoreCommand, CoreEvent } from '../core/types';

/** The core as the page sees it: core/client.ts, or the made-up one of src/dev. */
export interface CorePort {
  send(command: CoreCommand): void;
  /** The worker where media frames are sealed and opened. */
  readonly frames: Worker;
  close(): void;
}

export type OpenCore = (onEvent: (event: CoreEvent) => void) => CorePort;
