import '@fontsource-variable/figtree';
import '../ui/styles/index.css';

import { createRoot } from 'react-dom/client';

import { App } from '../ui/app';
import { FakeCore } from './fake_core';
import { fakeStats } from './fake_stats';
import { readPlay } from './scenes';

// The address changes with the screens; the play is the one the page was loaded with.
const play = readPlay(location.search);
fakeStats(play.scene);
if (play.refusal !== '') {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('made up', play.refusal));
}
createRoot(document.getElementById('root')!).render(<App openCore={(onEvent) => new FakeCore(play, onEvent)} />);
