// Does what the core decides: opens the WebSocket, keeps its deadline, tells the page.

import type { AnswerT } from '../generated/vicino/ui/answer';
import type { ConnectT } from '../generated/vicino/ui/connect';
import type { EndedT } from '../generated/vicino/ui/ended';
import { InputBody } from '../generated/vicino/ui/input-body';
import type { NeedOfferT } from '../generated/vicino/ui/need-offer';
import type { OutputT } from '../generated/vicino/ui/output';
import { OutputBody } from '../generated/vicino/ui/output-body';
import type { OutputsT } from '../generated/vicino/ui/outputs';
import type { PhaseChangedT } from '../generated/vicino/ui/phase-changed';
import type { RosterT } from '../generated/vicino/ui/roster';
import type { SendT } from '../generated/vicino/ui/send';
import { SocketClosedT } from '../generated/vicino/ui/socket-closed';
import { SocketMessageT } from '../generated/vicino/ui/socket-message';
import { SocketOpenedT } from '../generated/vicino/ui/socket-opened';
import { TickT } from '../generated/vicino/ui/tick';
import { CodecMap } from './codec_map';
import { FrameTransforms } from './frames';
import { commandInput, type Input } from './inputs';
import { endReason, phaseEvent, rosterEvent, text } from './outputs';
import type { CoreCommand, CoreEvent } from './types';
import type { CoreModule } from './wasm';

const subprotocol = 'vicino.v1';

export class CoreHost {
  readonly #core: CoreModule;
  readonly #tellPage: (event: CoreEvent) => void;
  readonly #codecs = new CodecMap();
  readonly #frames: FrameTransforms;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: CoreModule, tellPage: (event: CoreEvent) => void) {
    this.#core = core;
    this.#tellPage = tellPage;
    this.#frames = new FrameTransforms(core, this.#codecs, () => this.#carryOut(core.takeOutputs()));
  }

  attach(transformer: RTCRtpScriptTransformer): void {
    this.#frames.attach(transformer);
  }

  handle(command: CoreCommand): void {
    this.#tell(...commandInput(command));
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

  #carryOutOne({ bodyType, body }: OutputT): void {
    switch (bodyType) {
      case OutputBody.Connect:
        return this.#connect(text((body as ConnectT).url) ?? '');
      case OutputBody.Send:
        return this.#send(Uint8Array.from((body as SendT).data));
      case OutputBody.Disconnect:
        return this.#disconnect();
      case OutputBody.NeedOffer: {
        const { videoSlots, audioSlots } = body as NeedOfferT;
        return this.#tellPage({ kind: 'needOffer', videoSlots, audioSlots });
      }
      case OutputBody.Answer: {
        const sdp = text((body as AnswerT).sdp) ?? '';
        this.#codecs.learn(sdp);
        return this.#tellPage({ kind: 'answer', sdp });
      }
      case OutputBody.PhaseChanged:
        return this.#tellPage(phaseEvent(body as PhaseChangedT));
      case OutputBody.Roster:
        return this.#tellPage(rosterEvent(body as RosterT));
      case OutputBody.Ended: {
        const { reason, detail } = body as EndedT;
        return this.#tellPage({ kind: 'ended', reason: endReason(reason), detail: text(detail) ?? '' });
      }
    }
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
