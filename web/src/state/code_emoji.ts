/**
 * What the call code's numbers look like. The names, in the same order, are in the languages' `codeEmoji`. Chosen so that no
 * two can be taken for each other, neither seen nor heard. The order is part of the protocol: never change it.
 */
export const codeEmoji = [
  '🐶', '🐱', '🦁', '🐴', '🐷', '🐘', '🐰', '🐸',
  '🐓', '🐧', '🐢', '🐟', '🐙', '🦋', '🐝', '🌻',
  '🌳', '🍄', '🌍', '🌙', '⭐', '🔥', '🌈', '⛄',
  '☔', '🍎', '🍇', '🍓', '🍋', '🌽', '🥕', '🍞',
  '🧀', '🎂', '🥚', '☕', '⚽', '🎸', '🎺', '🥁',
  '🎩', '👓', '👑', '💍', '🔑', '🔔', '🔨', '📎',
  '💡', '⏰', '🔭', '📚', '🎁', '🎈', '🚀', '🚗',
  '🚲', '🚂', '⛵', '⚓', '🏠', '⛺', '🏆', '👟',
] as const;
