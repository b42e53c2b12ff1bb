/** The colour that belongs to a name, as long as nobody chose another. */
export function colorOfName(name: string, colors: number): number {
  const hash = Array.from(name.trim()).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
  return hash % colors;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = (word: string | undefined) => Array.from(word ?? '')[0] ?? '';
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toLocaleUpperCase() || '?';
}
