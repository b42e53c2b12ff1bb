import { LayoutGrid, LockKeyhole, Presentation, SlidersHorizontal, UserPlus, Users, Volume2 } from 'lucide-react';
import { useEffect, useState } from 'react';

import type { LocalMedia } from '../call/local_media';
import type { CallSession } from '../call/session';
import { keepAwake } from '../platform/wake_lock';
import { EncryptionDialog, HelpDialog, InviteDialog, SettingsDialog, type OpenDialog } from './call_dialogs';
import { useApp, useStore, useText } from './context';
import { Controls, type CallActions } from './controls';
import { Invite } from './invite';
import { Announcer, Banner, Notices, OwnProblems } from './notices';
import { Button, IconButton, Logo } from './parts';
import { People } from './people';
import { Stage } from './stage';
import { useShortcuts } from './use_shortcuts';

interface CallProps {
  readonly session: CallSession;
  readonly local: LocalMedia;
  readonly link: string;
  readonly name: string;
}

export function Call({ session, local, link, name }: CallProps) {
  const text = useText();
  const { preferences } = useApp();
  const view = useStore(session.view);
  const media = useStore(session.media);
  const own = useStore(local.view);
  const [pinned, setPinned] = useState<string | null>(null);
  const [mode, setMode] = useState<'grid' | 'speaker'>('grid');
  const [incomingVideo, setIncomingVideo] = useState(true);
  const [volumes, setVolumes] = useState<ReadonlyMap<number, number>>(new Map());
  const [showPeople, setShowPeople] = useState(false);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [said, setSaid] = useState('');

  useEffect(() => keepAwake(), []);
  useEffect(() => session.sound.setSpeaker(preferences.remembered.speaker), [session, preferences.remembered.speaker]);
  useEffect(() => session.setVolumes(volumes), [session, volumes]);
  useEffect(() => {
    if (view.phase.kind === 'inCall') setSaid(text.announce.inCall);
  }, [view.phase.kind, text]);

  const setMicrophone = (on: boolean) => {
    void local.setOn('microphone', on);
    setSaid(on ? text.announce.unmuted : text.announce.muted);
  };
  const actions: CallActions = {
    microphone: () => setMicrophone(!local.view.get().microphone.on),
    camera: () => {
      const on = !local.view.get().camera.on;
      void local.setOn('camera', on);
      setSaid(on ? text.announce.cameraOn : text.announce.cameraOff);
    },
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
    leave: () => session.leave(),
  };
  const toggleMode = () => setMode((old) => (old === 'grid' ? 'speaker' : 'grid'));
  const [talking, setTalking] = useState(false);
  useShortcuts(
    {
      m: actions.microphone,
      c: actions.camera,
      s: actions.share,
      p: () => setShowPeople((open) => !open),
      v: toggleMode,
      i: () => setDialog('invite'),
      l: actions.leave,
      '?': () => setDialog('help'),
      escape: () => setShowPeople(false),
    },
    (on) => {
      // Holding the bar while not muted changes nothing, letting it go neither.
      if (on && local.view.get().microphone.on) return;
      if (!on && !talking) return;
      setTalking(on);
      setMicrophone(on);
    },
  );

  const count = view.others.length + 1;
  const alone = view.phase.kind === 'inCall' && view.others.length === 0;

  return (
    <main className={`call ${showPeople ? 'call-with-panel' : ''}`} aria-label={text.call.label} data-testid="call">
      <header className="call-head">
        <div className="call-head-side">
          <Logo size={26} />
          <button type="button" className="badge" data-testid="e2ee-badge" onClick={() => setDialog('encryption')}>
            <LockKeyhole aria-hidden size={14} />
            <span>{text.encryption.badge}</span>
          </button>
        </div>
        <div className="call-head-side">
          {view.others.length > 1 && (
            <IconButton
              className="wide-only"
              icon={mode === 'grid' ? Presentation : LayoutGrid}
              label={mode === 'grid' ? text.call.layoutSpeaker : text.call.layoutGrid}
              aria-keyshortcuts="v"
              onClick={toggleMode}
            />
          )}
          <IconButton
            icon={UserPlus}
            label={text.call.invite}
            data-testid="invite"
            aria-keyshortcuts="i"
            onClick={() => setDialog('invite')}
          />
          <button
            type="button"
            className="icon-button icon-button-count"
            data-testid="participants"
            data-count={count}
            aria-label={`${text.call.people}: ${text.call.peopleCount(count)}`}
            title={`${text.call.people} (P)`}
            aria-keyshortcuts="p"
            aria-expanded={showPeople}
            onClick={() => setShowPeople(!showPeople)}
          >
            <Users aria-hidden size={20} />
            <span>{count}</span>
          </button>
          <IconButton icon={SlidersHorizontal} label={text.call.settings} data-testid="settings" onClick={() => setDialog('settings')} />
        </div>
      </header>

      <div className="call-body">
        <Stage
          session={session}
          local={own}
          name={name}
          mode={mode}
          incomingVideo={incomingVideo}
          pinned={pinned}
          onPin={setPinned}
          onPeople={() => setShowPeople(true)}
        />
        {alone && dialog !== 'invite' && (
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
        </div>
        <Notices notices={view.notices} />
        {talking && <p className="talking">{text.call.pushToTalk}</p>}
      </div>
      {showPeople && (
        <People
          session={session}
          local={own}
          name={name}
          volumes={volumes}
          onVolume={(participant, volume) => setVolumes((old) => new Map(old).set(participant, volume))}
          onClose={() => setShowPeople(false)}
        />
      )}

      <footer className="call-foot">
        <Controls local={local} actions={actions} />
      </footer>

      {dialog === 'invite' && <InviteDialog link={link} onClose={() => setDialog(null)} />}
      {dialog === 'encryption' && <EncryptionDialog onClose={() => setDialog(null)} />}
      {dialog === 'help' && <HelpDialog onClose={() => setDialog(null)} />}
      {dialog === 'settings' && (
        <SettingsDialog
          local={local}
          speakerView={mode === 'speaker'}
          onSpeakerView={(on) => setMode(on ? 'speaker' : 'grid')}
          incomingVideo={incomingVideo}
          onIncomingVideo={setIncomingVideo}
          onHelp={() => setDialog('help')}
          onClose={() => setDialog(null)}
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
