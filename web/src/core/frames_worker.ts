// The frames worker: seals and opens every media frame. Its keys come from the core worker over a channel of their own; no
// work on the group's tree ever holds up a picture.

import coreUrl from '../generated/vicino_core.wasm?url';
import { CodecMap } from './codec_map';
import { FrameTransforms } from './frames';
import { FramesModule } from './frames_module';
import type { Channel, FramesCommand, FramesEvent } from './types';

const worker = self as unknown as DedicatedWorkerGlobalScope;
const codecs = new CodecMap();

const channel = new Promise<MessagePort>((resolve) => {
  worker.onmessage = ({ data }: MessageEvent<Channel>) => resolve(data.port);
});
// Without the module no frame passes; the core worker, which has the same one, tells why.
const transforms = Promise.all([FramesModule.load(fetch(coreUrl)), channel]).then(
  ([frames, port]) => new FrameTransforms(frames, codecs, (report) => port.postMessage({ report } satisfies FramesEvent)),
);

// Keys and tracks that come before the module is loaded wait for it, in order.
void channel.then((port) => {
  port.onmessage = ({ data }: MessageEvent<FramesCommand>) => {
    if (data.kind === 'answer') codecs.learn(data.sdp);
    else void transforms.then((t) => t.apply(data.change));
  };
});
worker.onrtctransform = ({ transformer }) => void transforms.then((t) => t.attach(transformer));
