// The page's commands as the core reads them (ui.fbs).

import { AcceptIdentityT } from '../generated/vicino/ui/accept-identity';
import { AdmitT } from '../generated/vicino/ui/admit';
import { AskMuteT } from '../generated/vicino/ui/ask-mute';
import { AskUnmuteT } from '../generated/vicino/ui/ask-unmute';
import { ConfirmCodeT } from '../generated/vicino/ui/confirm-code';
import { DenyT } from '../generated/vicino/ui/deny';
import { InputBody } from '../generated/vicino/ui/input-body';
import { JoinT } from '../generated/vicino/ui/join';
import { LeaveT } from '../generated/vicino/ui/leave';
import { LowerHandsT } from '../generated/vicino/ui/lower-hands';
import { MakeHostT } from '../generated/vicino/ui/make-host';
import { OpenT } from '../generated/vicino/ui/open';
import { OwnStateT } from '../generated/vicino/ui/own-state';
import { OwnTrackT } from '../generated/vicino/ui/own-track';
import { RaiseHandT } from '../generated/vicino/ui/raise-hand';
import { ReactT } from '../generated/vicino/ui/react';
import { RemoveT } from '../generated/vicino/ui/remove';
import { RenewLinkT } from '../generated/vicino/ui/renew-link';
import { RestartIceT } from '../generated/vicino/ui/restart-ice';
import { RestartT } from '../generated/vicino/ui/restart';
import { SendChatT } from '../generated/vicino/ui/send-chat';
import { SetRoomT } from '../generated/vicino/ui/set-room';
import { SetStateT } from '../generated/vicino/ui/set-state';
import { Source as WireSource } from '../generated/vicino/ui/source';
import { WantT } from '../generated/vicino/ui/want';
import { WatchT } from '../generated/vicino/ui/watch';
import type { CoreCommand, OwnState, Source } from './types';
import type { CoreModule } from './core_module';

export type Input = Parameters<CoreModule['handle']>;
type OpenCommand = Extract<CoreCommand, { readonly kind: 'open' }>;

const sources: Readonly<Record<Source, WireSource>> = {
  microphone: WireSource.microphone,
  camera: WireSource.camera,
  screen: WireSource.screen,
  screenAudio: WireSource.screen_audio,
};

/** `memory`: what was kept of earlier calls; null: nothing. */
export function openInput({ link, name, color, keepIdentity }: OpenCommand, memory: Uint8Array | null): Input {
  return [InputBody.Open, new OpenT(link, name, color, memory ? [...memory] : [], keepIdentity)];
}

export function commandInput(command: Exclude<CoreCommand, OpenCommand>): Input {
  switch (command.kind) {
    case 'join': {
      const tracks = command.tracks.map((t) => new OwnTrackT(t.mid, sources[t.source], t.width, t.height));
      return [InputBody.Join, new JoinT(command.offer, tracks, ownState(command.state))];
    }
    case 'setState':
      return [InputBody.SetState, new SetStateT(ownState(command.state))];
    case 'watch': {
      const wants = command.wants.map((w) => new WantT(w.participant, sources[w.source], w.width, w.height, w.focus));
      return [InputBody.Watch, new WatchT(wants)];
    }
    case 'restartIce':
      return [InputBody.RestartIce, new RestartIceT(command.ufrag, command.pwd)];
    case 'restart':
      return [InputBody.Restart, new RestartT()];
    case 'leave':
      return [InputBody.Leave, new LeaveT()];
    default:
      return hostOrMemberInput(command);
  }
}

type Rest = Exclude<CoreCommand, { readonly kind: 'open' | 'join' | 'setState' | 'watch' | 'restartIce' | 'restart' | 'leave' }>;

function hostOrMemberInput(command: Rest): Input {
  switch (command.kind) {
    case 'admit':
      return [InputBody.Admit, new AdmitT(command.waiting)];
    case 'deny':
      return [InputBody.Deny, new DenyT(command.waiting)];
    case 'remove':
      return [InputBody.Remove, new RemoveT(command.participant)];
    case 'makeHost':
      return [InputBody.MakeHost, new MakeHostT(command.participant)];
    case 'askMute':
      return [InputBody.AskMute, new AskMuteT(command.participant)];
    case 'askUnmute':
      return [InputBody.AskUnmute, new AskUnmuteT(command.participant)];
    case 'lowerHands':
      return [InputBody.LowerHands, new LowerHandsT(command.participant)];
    case 'setRoom': {
      const { lobby, locked, muteOnEntry } = command.rules;
      return [InputBody.SetRoom, new SetRoomT(lobby, locked, muteOnEntry)];
    }
    case 'renewLink':
      return [InputBody.RenewLink, new RenewLinkT()];
    case 'raiseHand':
      return [InputBody.RaiseHand, new RaiseHandT(command.raised)];
    case 'react':
      return [InputBody.React, new ReactT(command.emoji)];
    case 'sendChat':
      return [InputBody.SendChat, new SendChatT(command.text)];
    case 'confirmCode':
      return [InputBody.ConfirmCode, new ConfirmCodeT([...command.emoji])];
    case 'acceptIdentity':
      return [InputBody.AcceptIdentity, new AcceptIdentityT(command.participant)];
  }
}

function ownState(state: OwnState): OwnStateT {
  return new OwnStateT(state.microphone, state.camera, state.screen, state.screenAudio);
}
