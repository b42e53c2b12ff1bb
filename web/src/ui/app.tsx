import { Component, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';

import type { OpenCore } from '../call/core_port';
import { chooseLanguage, type Language } from '../i18n';
import { formatLink, parseLink, roomPath, type RoomLink } from '../platform/link';
import { recall, remember, type Remembered } from '../platform/memory';
import { AppContext, useText } from './context';
import { Ended } from './ended';
import { Page } from './page';
import { Button } from './parts';
import { Room } from './room';
import { Start } from './start';

export function App({ openCore }: { readonly openCore: OpenCore }) {
  const [remembered, setRemembered] = useState(() => recall(localStorage));
  const change = useCallback((next: Partial<Remembered>) => {
    remember(localStorage, next);
    setRemembered((old) => ({ ...old, ...next }));
  }, []);
  const language: Language = chooseLanguage([...(remembered.language === null ? [] : [remembered.language]), ...navigator.languages]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset['theme'] = remembered.theme;
  }, [language, remembered.theme]);
  const app = useMemo(
    () => ({ openCore, preferences: { remembered, language, change } }),
    [openCore, remembered, language, change],
  );
  return (
    <AppContext value={app}>
      <Broken>
        <Route />
      </Broken>
    </AppContext>
  );
}

type Place =
  | { readonly kind: 'start' }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'room'; readonly link: RoomLink };

function Route() {
  const text = useText();
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const follow = () => setPlace(readPlace());
    window.addEventListener('popstate', follow);
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('popstate', follow);
      window.removeEventListener('hashchange', follow);
    };
  }, []);
  useEffect(() => {
    document.title = place.kind === 'start' ? `Vicino · ${text.start.title}` : 'Vicino';
  }, [place.kind, text]);
  const open = (link: RoomLink) => {
    history.pushState({ secret: link.secret }, '', roomPath(link));
    setPlace({ kind: 'room', link });
  };
  const home = () => {
    history.pushState(null, '', '/');
    setPlace({ kind: 'start' });
  };
  switch (place.kind) {
    case 'start':
      return <Start onOpen={open} />;
    case 'incomplete':
      return <Ended reason="linkIncomplete" detail="" onRejoin={home} onOpen={open} onHome={home} />;
    case 'room':
      return <Room key={formatLink(place.link)} link={place.link} onOpen={open} onHome={home} />;
  }
}

/**
 * The secret leaves the address bar at once: there it would be seen over the shoulder, in
 * screenshots and in the browser's synchronised history. It stays with this entry of the tab's
 * history, so that reloading the page works.
 */
function readPlace(): Place {
  if (location.pathname === '/') return { kind: 'start' };
  const kept: unknown = history.state;
  const secret = typeof kept === 'object' && kept !== null && 'secret' in kept ? String(kept.secret) : '';
  const href = location.hash.length > 1 ? location.href : `${location.origin}${location.pathname}#${secret}`;
  const parsed = parseLink(href, location.origin);
  if (parsed.kind === 'none') return { kind: 'start' };
  if (parsed.kind === 'incomplete') return { kind: 'incomplete' };
  history.replaceState({ secret: parsed.link.secret }, '', roomPath(parsed.link));
  return { kind: 'room', link: parsed.link };
}

/** A mistake of ours ends in a sentence, not in a white page. */
class Broken extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <BrokenPage /> : this.props.children;
  }
}

function BrokenPage() {
  const text = useText().broken;
  return (
    <Page className="ended">
      <section className="card ended-card" role="alert">
        <h1>{text.title}</h1>
        <p className="lead">{text.text}</p>
        <Button look="primary" onClick={() => location.reload()}>
          {text.reload}
        </Button>
      </section>
    </Page>
  );
}
