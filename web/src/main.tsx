import '@fontsource-variable/figtree';
import './ui/styles/index.css';

import { createRoot } from 'react-dom/client';

import { CoreClient } from './core/client';
import { App } from './ui/app';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<App openCore={(onEvent) => new CoreClient(onEvent)} />);
