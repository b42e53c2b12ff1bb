// What the call code's emoji are called, in the order of state/code_emoji.ts.

export const english: readonly string[] = [
  'dog', 'cat', 'lion', 'horse', 'pig', 'elephant', 'rabbit', 'frog',
  'rooster', 'penguin', 'turtle', 'fish', 'octopus', 'butterfly', 'bee', 'sunflower',
  'tree', 'mushroom', 'earth', 'moon', 'star', 'fire', 'rainbow', 'snowman',
  'umbrella', 'apple', 'grapes', 'strawberry', 'lemon', 'corn', 'carrot', 'bread',
  'cheese', 'cake', 'egg', 'coffee', 'football', 'guitar', 'trumpet', 'drum',
  'hat', 'glasses', 'crown', 'ring', 'key', 'bell', 'hammer', 'paper clip',
  'light bulb', 'alarm clock', 'telescope', 'books', 'gift', 'balloon', 'rocket', 'car',
  'bicycle', 'train', 'sailing boat', 'anchor', 'house', 'tent', 'trophy', 'shoe',
];

export const italian: readonly string[] = [
  'cane', 'gatto', 'leone', 'cavallo', 'maiale', 'elefante', 'coniglio', 'rana',
  'gallo', 'pinguino', 'tartaruga', 'pesce', 'polpo', 'farfalla', 'ape', 'girasole',
  'albero', 'fungo', 'Terra', 'luna', 'stella', 'fuoco', 'arcobaleno', 'pupazzo di neve',
  'ombrello', 'mela', 'uva', 'fragola', 'limone', 'mais', 'carota', 'pane',
  'formaggio', 'torta', 'uovo', 'caffè', 'pallone', 'chitarra', 'tromba', 'tamburo',
  'cappello', 'occhiali', 'corona', 'anello', 'chiave', 'campana', 'martello', 'graffetta',
  'lampadina', 'sveglia', 'telescopio', 'libri', 'regalo', 'palloncino', 'razzo', 'automobile',
  'bicicletta', 'treno', 'barca a vela', 'ancora', 'casa', 'tenda', 'coppa', 'scarpa',
];
