import { avatarColors } from '../platform/memory';
import { useText } from './context';

interface ColorChoiceProps {
  readonly color: number;
  readonly onChange: (color: number) => void;
}

/** The colour of the own avatar. */
export function ColorChoice({ color, onChange }: ColorChoiceProps) {
  const text = useText().lobby;
  return (
    <fieldset className="swatches">
      <legend className="visually-hidden">{text.color}</legend>
      {Array.from({ length: avatarColors }, (_, i) => (
        <label key={i} className={`swatch hue-${i}`} title={text.colorNumbered(i + 1)}>
          <input
            type="radio"
            name="color"
            checked={color === i}
            onChange={() => onChange(i)}
            aria-label={text.colorNumbered(i + 1)}
          />
        </label>
      ))}
    </fieldset>
  );
}
