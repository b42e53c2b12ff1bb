// The page's commands as the core reads them (ui.fbs).

import { InputBody } from '../generated/vicino/ui/input-body';
import { JoinT } from '../generated/vicino/ui/join';
import { LeaveT } from '../generated/vicino/ui/leave';
import { OpenT } from '../generated/vicino/ui/open';
import { OwnStateT } from '../generated/vicino/ui/own-state';
import { OwnTrackT } from '../generated/vicino/ui/own-track';
import { RestartT } from '../generated/vicino/ui/restart';
import { SetStateT } from '../generated/vicino/ui/set-state';
import { Source as WireSource } from '../generated/vicino/ui/source';
import { WantT } from '../generated/vicino/ui/want';
import { WatchT } from '../generated/vicino/ui/watch';
import type { CoreCommand, OwnState, Source } from './types';
import type { CoreModule } from './wasm';

export type Input = Parameters<CoreModule['handle']>;

const sources: Readonly<Record<Source, WireSource>> = {
  microphone: WireSource.microphone,
  camera: WireSource.camera,
  screen: WireSource.screen,
  screenAudio: WireSource.screen_audio,
};

export function commandInput(command: CoreCommand): Input {
  switch (command.kind) {
    case 'open':
      return [InputBody.Open, new OpenT(command.link)];
    case 'join': {
      const tracks = command.tracks.map((t) => new OwnTrackT(t.mid, sources[t.source], t.width, t.height));
      return [InputBody.Join, new JoinT(command.offer, tracks, ownState(command.state))];
    }
    case 'setState':
      return [InputBody.SetState, new SetStateT(ownState(command.state))];
    case 'watch': {
      const wants = command.wants.map((w) => new WantT(w.participant, sources[w.source], w.width, w.height));
      return [InputBody.Watch, new WatchT(wants)];
    }
    case 'restart':
      return [InputBody.Restart, new RestartT()];
    case 'leave':
      return [InputBody.Leave, new LeaveT()];
  }
}

function ownState(state: OwnState): OwnStateT {
  return new OwnStateT(state.name, state.microphone, state.camera, state.screen, state.screenAudio);
}
