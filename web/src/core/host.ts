// Does what the core decides: opens the WebSocket, keeps its deadline and its memory, hands keys to the frames worker, tells
// the page.

import type { AnswerT } from '../generated/vicino/ui/answer';
import type { ConnectT } from '../generated/vicino/ui/connect';
import type { FrameKeysT } from '../generated/vicino/ui/frame-keys';
import { FramesT } from '../generated/vicino/ui/frames';
import { InputBody } from '../generated/vicino/ui/input-body';
import type { OutputT } from '../generated/vicino/ui/output';
import { OutputBody } from '../generated/vicino/ui/output-body';
import type { OutputsT } from '../generated/vicino/ui/outputs';
import type { RememberT } from '../generated/vicino/ui/remember';
import type { SendT } from '../generated/vicino/ui/send';
import { SocketClosedT } from '../generated/vicino/ui/socket-closed';
import { SocketMessageT } from '../generated/vicino/ui/socket-message';
import { SocketOpenedT } from '../generated/vicino/ui/socket-opened';
import { TickT } from '../generated/vicino/ui/tick';
import type { CoreModule } from './core_module';
import { commandInput, openInput, type Input } from './inputs';
import type { Memory } from './memory';
import { pageEvent, text } from './outputs';
import type { CoreCommand, CoreEvent, FramesCommand, FramesEvent } from './types';

const subprotocol = 'vicino.v2';

export class CoreHost {
  readonly #core: CoreModule;
  readonly #memory: Memory;
  readonly #frames: MessagePort;
  readonly #tellPage: (event: CoreEvent) => void;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keepIdentity = false;
  /** Commands that come while the memory is being read wait for it. */
  #opened: Promise<void> = Promise.resolve();

  /** `frames`: the channel to the frames worker. */
  constructor(core: CoreModule, memory: Memory, frames: MessagePort, tellPage: (event: CoreEvent) => void) {
    this.#core = core;
    this.#memory = memory;
    this.#frames = frames;
    this.#tellPage = tellPage;
    frames.onmessage = ({ data }: MessageEvent<FramesEvent>) =>
      this.#tell(InputBody.Frames, new FramesT([...data.report]));
  }

  handle(command: CoreCommand): void {
    if (command.kind !== 'open') {
      void this.#opened.then(() => this.#tell(...commandInput(command)));
      return;
    }
    this.#keepIdentity = command.keepIdentity;
    this.#opened = this.#memory.read().then((memory) => this.#tell(...openInput(command, memory)));
  }

  #tell(...input: Input): void {
    this.#carryOut(this.#core.handle(...input));
  }

  #carryOut({ outputs, deadline }: OutputsT): void {
    clearTimeout(this.#timer);
    if (deadline >= 0) {
      const wait = Math.max(0, deadline - performance.now());
      this.#timer = setTimeout(() => this.#tell(InputBody.Tick, new TickT()), wait);
    }
    for (const output of outputs) this.#carryOutOne(output);
  }

  #carryOutOne(output: OutputT): void {
    const { bodyType, body } = output;
    switch (bodyType) {
      case OutputBody.Connect:
        return this.#connect(text((body as ConnectT).url));
      case OutputBody.Send:
        return this.#send(Uint8Array.from((body as SendT).data));
      case OutputBody.Disconnect:
        return this.#disconnect();
      case OutputBody.FrameKeys:
        return this.#giveKeys(Uint8Array.from((body as FrameKeysT).change));
      case OutputBody.Remember:
        // A guest's own keys end with the call.
        if (this.#keepIdentity) this.#memory.write(Uint8Array.from((body as RememberT).memory));
        return;
      case OutputBody.Answer:
        this.#tellFrames({ kind: 'answer', sdp: text((body as AnswerT).sdp) });
    }
    const event = pageEvent(output);
    if (event) this.#tellPage(event);
  }

  #giveKeys(change: Uint8Array<ArrayBuffer>): void {
    // Moved, so that no copy stays here.
    this.#frames.postMessage({ kind: 'keys', change } satisfies FramesCommand, [change.buffer]);
  }

  #tellFrames(command: FramesCommand): void {
    this.#frames.postMessage(command);
  }

  #connect(url: string): void {
    this.#disconnect();
    const socket = new WebSocket(url, subprotocol);
    socket.binaryType = 'arraybuffer';
    const isCurrent = () => socket === this.#socket;
    socket.onopen = () => {
      if (isCurrent()) this.#tell(InputBody.SocketOpened, new SocketOpenedT());
    };
    socket.onmessage = ({ data }: MessageEvent) => {
      if (!isCurrent() || !(data instanceof ArrayBuffer)) return;
      this.#tell(InputBody.SocketMessage, new SocketMessageT([...new Uint8Array(data)]));
    };
    socket.onclose = () => {
      if (!isCurrent()) return;
      this.#socket = null;
      this.#tell(InputBody.SocketClosed, new SocketClosedT());
    };
    this.#socket = socket;
  }

  // A socket that isn't open any more loses it; its end is on its way to the core.
  #send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
