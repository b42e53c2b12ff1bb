import { describe, expect, it } from 'vitest';

import { OutputBody } from '../generated/vicino/ui/output-body';
import { OutputT } from '../generated/vicino/ui/output';
import { Source } from '../generated/vicino/ui/source';
import { UplinkT } from '../generated/vicino/ui/uplink';
import { UplinksT } from '../generated/vicino/ui/uplinks';
import { WatchedLayerT } from '../generated/vicino/ui/watched-layer';
import { WatchedT } from '../generated/vicino/ui/watched';
import { pageEvent } from './outputs';

describe('an output', () => {
  it('names the layers of video that are watched, and nothing else', () => {
    const layers = [
      new WatchedLayerT(Source.camera, 'q'),
      new WatchedLayerT(Source.screen, ''),
      new WatchedLayerT(Source.microphone, ''),
    ];
    expect(pageEvent(new OutputT(OutputBody.Watched, new WatchedT(layers)))).toEqual({
      kind: 'watched',
      layers: [
        { source: 'camera', rid: 'q' },
        { source: 'screen', rid: '' },
      ],
    });
  });

  it('names poor uplinks', () => {
    const poor = [new UplinkT(1, 80)];
    expect(pageEvent(new OutputT(OutputBody.Uplinks, new UplinksT(poor)))).toEqual({
      kind: 'uplinks',
      poor: [{ participant: 1, lostPermille: 80 }],
    });
  });
});
