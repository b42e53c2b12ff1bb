import { Volume2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { LocalMedia } from '../call/local_media';
import type { CallSession, Self } from '../call/session';
import { keepAwake } from '../platform/wake_lock';
import { unreadCount } from '../state/chat';
import { impostor } from '../state/view';
import { UnmuteAsk, WaitingNotice } from './asks';
import { HelpDialog, InviteDialog, SettingsDialog, type OpenDialog } from './call_dialogs';
import { CallHead, type OpenPanel } from './call_head';
import { Chat } from './chat';
import { CodeDialog } from './code_dialog';
import { useApp, useStore, useText } from './context';
import { ConnectionPanel } from './connection_panel';
import { Controls, type CallActions } from './controls';
import type { Remedies } from './findings';
import { IdentityDialog } from './identity_dialog';
import { Invite } from './invite';
import { MoreMenu } from './more_menu';
import { NetworkNotice } from './network_notice';
import { Announcer, Banner, Notices, OwnProblems } from './notices';
import { Button } from './parts';
import { People } from './people';
import { Stage } from './stage';
import { useAnnouncements } from './use_announcements';
import { useShortcuts } from './use_shortcuts';
import { useVideoChoice } from './use_video_choice';

interface CallProps {
  readonly session: CallSession;
  readonly local: LocalMedia;
  readonly link: string;
  readonly self: Self;
}

export function Call({ session, local, link, self }: CallProps) {
  const text = useText();
  const { preferences } = useApp();
  const view = useStore(session.view);
  const media = useStore(session.media);
  const own = useStore(local.view);
  const [pinned, setPinned] = useState<string | null>(null);
  const [mode, setMode] = useState<'grid' | 'speaker'>('grid');
  const [volumes, setVolumes] = useState<ReadonlyMap<number, number>>(new Map());
  const [panel, setPanel] = useState<OpenPanel | null>(null);
  const [reacting, setReacting] = useState(false);
  const [more, setMore] = useState(false);
  const [readUpTo, setReadUpTo] = useState(0);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [said, setSaid] = useState('');
  const video = useVideoChoice(local, setSaid);
  const { quality, findings } = useStore(session.network.view);

  useEffect(() => keepAwake(), []);
  useEffect(() => session.sound.setSpeaker(preferences.remembered.speaker), [session, preferences.remembered.speaker]);
  useEffect(() => session.setVolumes(volumes), [session, volumes]);
  useAnnouncements(view, findings, setSaid);
  const lastMessage = view.chat.at(-1)?.serial ?? 0;
  useEffect(() => {
    if (panel === 'chat') setReadUpTo(lastMessage);
  }, [panel, lastMessage]);
  // The host who asked for a new link is shown it.
  const renewing = useRef(false);
  useEffect(() => {
    if (renewing.current) setDialog('newLink');
    renewing.current = false;
  }, [link]);

  const setCamera = (on: boolean) => {
    void local.setOn('camera', on);
    setSaid(on ? text.announce.cameraOn : text.announce.cameraOff);
  };
  const setMicrophone = (on: boolean) => {
    void local.setOn('microphone', on);
    setSaid(on ? text.announce.unmuted : text.announce.muted);
  };
  const actions: CallActions = {
    microphone: () => setMicrophone(!local.view.get().microphone.on),
    camera: () => setCamera(!local.view.get().camera.on),
    share: () => {
      const sharing = () => local.view.get().screen.video !== null;
      const tell = () => setSaid(sharing() ? text.announce.sharing : text.announce.notSharing);
      if (!sharing()) {
        void local.shareScreen().then(tell);
        return;
      }
      local.stopSharing();
      tell();
    },
    hand: () => {
      const raised = session.view.get().self?.handRaised === 0;
      session.tell({ kind: 'raiseHand', raised });
      setSaid(raised ? text.announce.handUp : text.announce.handDown);
    },
    react: (emoji) => session.tell({ kind: 'react', emoji }),
    leave: () => session.leave(),
  };
  const togglePanel = (which: OpenPanel) => setPanel((open) => (open === which ? null : which));
  const toggleMode = () => setMode((old) => (old === 'grid' ? 'speaker' : 'grid'));
  const [talking, setTalking] = useState(false);
  useShortcuts(
    {
      m: actions.microphone,
      c: actions.camera,
      s: actions.share,
      h: actions.hand,
      e: () => setReacting((open) => !open),
      t: () => togglePanel('chat'),
      p: () => togglePanel('people'),
      n: () => togglePanel('connection'),
      r: () => video.setIncomingVideo(!video.incomingVideo),
      v: toggleMode,
      i: () => setDialog('invite'),
      l: actions.leave,
      '?': () => setDialog('help'),
      escape: () => (reacting ? setReacting(false) : setPanel(null)),
    },
    (on) => {
      // Holding the bar while not muted changes nothing, letting it go neither.
      if (on && local.view.get().microphone.on) return;
      if (!on && !talking) return;
      setTalking(on);
      setMicrophone(on);
    },
  );

  const showConnection = () => {
    setMore(false);
    setPanel('connection');
  };
  const remedies: Remedies = { video, cameraOn: own.camera.on, onCameraOff: () => setCamera(false) };
  const alone = view.phase.kind === 'inCall' && view.others.length === 0;
  const stranger = impostor(view);
  const unread = panel === 'chat' ? 0 : unreadCount(view.chat, readUpTo);
  const inviting = dialog === 'invite' || dialog === 'newLink';

  return (
    <main className={`call ${panel ? 'call-with-panel' : ''}`} aria-label={text.call.label} data-testid="call">
      <CallHead
        view={view}
        mode={mode}
        panel={panel}
        unread={unread}
        onMode={toggleMode}
        onPanel={togglePanel}
        onDialog={setDialog}
      />

      <div className="call-body">
        <Stage
          session={session}
          local={own}
          self={self}
          mode={mode}
          incomingVideo={video.incomingVideo}
          pinned={pinned}
          onPin={setPinned}
          onPeople={() => setPanel('people')}
          onConnection={showConnection}
        />
        {alone && !inviting && (
          <section className="alone card">
            <h2>{text.call.aloneTitle}</h2>
            <p className="hint">{text.call.aloneText}</p>
            <Invite link={link} withCode={false} />
          </section>
        )}
        <div className="overlays">
          <Banner view={view} media={media} />
          <OwnProblems local={local} />
          <SoundBlocked session={session} />
          {panel !== 'connection' && <NetworkNotice session={session} remedies={remedies} onWhy={showConnection} />}
          {panel !== 'people' && <WaitingNotice session={session} />}
          <UnmuteAsk session={session} />
        </div>
        <Notices notices={view.notices} />
        {talking && <p className="talking">{text.call.pushToTalk}</p>}
      </div>
      {panel === 'people' && (
        <People
          session={session}
          local={own}
          volumes={volumes}
          onConnection={showConnection}
          onVolume={(participant, volume) => setVolumes((old) => new Map(old).set(participant, volume))}
          onRenew={() => {
            renewing.current = true;
            session.tell({ kind: 'renewLink' });
          }}
          onClose={() => setPanel(null)}
        />
      )}
      {panel === 'connection' && <ConnectionPanel session={session} remedies={remedies} onClose={() => setPanel(null)} />}
      {panel === 'chat' && <Chat session={session} onClose={() => setPanel(null)} />}

      <footer className="call-foot">
        <Controls
          local={local}
          handRaised={(view.self?.handRaised ?? 0) !== 0}
          reacting={reacting}
          onReacting={setReacting}
          actions={actions}
        >
          <MoreMenu local={local} open={more} onOpen={setMore} video={video} quality={quality} onConnection={showConnection} />
        </Controls>
      </footer>

      {inviting && <InviteDialog link={link} renewed={dialog === 'newLink'} onClose={() => setDialog(null)} />}
      {dialog === 'code' && (
        <CodeDialog view={view} onMatch={(emoji) => session.tell({ kind: 'confirmCode', emoji })} onClose={() => setDialog(null)} />
      )}
      {dialog === 'help' && <HelpDialog onClose={() => setDialog(null)} />}
      {dialog === 'settings' && (
        <SettingsDialog
          local={local}
          speakerView={mode === 'speaker'}
          onSpeakerView={(on) => setMode(on ? 'speaker' : 'grid')}
          onHelp={() => setDialog('help')}
          onClose={() => setDialog(null)}
        />
      )}
      {stranger && (
        <IdentityDialog
          key={stranger.id}
          name={stranger.name}
          onAccept={() => session.tell({ kind: 'acceptIdentity', participant: stranger.id })}
          onLeave={actions.leave}
        />
      )}
      <Announcer message={said} />
    </main>
  );
}

function SoundBlocked({ session }: { readonly session: CallSession }) {
  const text = useText().call;
  const blocked = useStore(session.sound.blocked);
  if (!blocked) return null;
  return (
    <div className="note" role="alert">
      <span>{text.soundBlocked}</span>
      <Button look="primary" icon={Volume2} onClick={() => void session.sound.unblock()}>
        {text.playSound}
      </Button>
    </div>
  );
}
