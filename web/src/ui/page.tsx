import type { ReactNode } from 'react';

import { LanguageChoice, ThemeChoice } from './appearance';
import { Logo } from './parts';

/** Every screen outside a call: name on top, choices at the side. */
export function Page({ children, className = '' }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <div className={`page ${className}`}>
      <header className="page-head">
        <a className="brand" href="/">
          <Logo />
          <span>Vicino</span>
        </a>
        <div className="page-choices">
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </header>
      <main className="page-main">{children}</main>
    </div>
  );
}
