import { Languages, Monitor, Moon, Sun } from 'lucide-react';

import { languages, type Language } from '../i18n';
import type { Remembered } from '../platform/memory';
import { useApp, useText } from './context';
import { Select } from './parts';

const themes = [
  { value: 'system', icon: Monitor },
  { value: 'light', icon: Sun },
  { value: 'dark', icon: Moon },
] as const;

export function ThemeChoice() {
  const text = useText().appearance;
  const { remembered, change } = useApp().preferences;
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">{text.theme}</legend>
      {themes.map(({ value, icon: Icon }) => (
        <label key={value} title={text[value]}>
          <input
            type="radio"
            name="theme"
            checked={remembered.theme === value}
            onChange={() => change({ theme: value satisfies Remembered['theme'] })}
            aria-label={text[value]}
          />
          <Icon aria-hidden size={16} />
        </label>
      ))}
    </fieldset>
  );
}

export function LanguageChoice() {
  const text = useText().appearance;
  const { language, change } = useApp().preferences;
  const options = (Object.keys(languages) as Language[]).map((value) => ({
    value,
    label: languages[value].languageName,
  }));
  return (
    <Select
      label={text.language}
      hideLabel
      icon={Languages}
      value={language}
      options={options}
      onChange={(value) => change({ language: value })}
    />
  );
}
