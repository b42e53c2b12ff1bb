// The frames worker: seals and opens every media frame. Its keys come from the core worker over a channel of their own; no
// work on the group's tree ever holds up a picture.

import coreUrl from '../generated/vicino_core.wasm?url';
import { CodecMap } from './codec_map';
import { FrameTransforms } from './frames';
import { FramesModule } from './frames_module';
import type { Channel, FramesCommand, FramesEvent } from './types';

const worker = self as unknown as DedicatedWorkerGlobalScope;
const codecs = new CodecMap();
const module = FramesModule.load(fetch(coreUrl));
let transforms: Promise<FrameTransforms> | null = null;

worker.onmessage = ({ data: { port } }: MessageEvent<Channel>) => {
  transforms = module.then((frames) => new FrameTransforms(frames, codecs, (report) => port.postMessage({ report } satisfies FramesEvent)));
  port.onmessage = ({ data }: MessageEvent<FramesCommand>) => {
    if (data.kind === 'answer') codecs.learn(data.sdp);
    else void transforms?.then((t) => t.apply(data.change));
  };
};
// The channel comes before any track; without the module no frame passes, and the core worker tells why.
worker.onrtctransform = ({ transformer }) => void transforms?.then((t) => t.attach(transformer));
