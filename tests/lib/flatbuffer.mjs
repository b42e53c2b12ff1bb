// Just enough FlatBuffers to say and understand what the tests need of schema/wire.fbs, without the
// code under test. Tables are written front to back: vtable, table, then what it refers to.

const sizes = { u8: 1, u16: 2, u32: 4, u64: 8, bytes: 4, text: 4, table: 4, tables: 4 };

class Writer {
  #bytes = Buffer.alloc(1 << 18);
  #end = 4;

  #align(size) {
    this.#end = Math.ceil(this.#end / size) * size;
    return this.#end;
  }

  #vector(value, text) {
    const at = this.#align(4);
    this.#bytes.writeUInt32LE(value.length, at);
    value.copy(this.#bytes, at + 4);
    this.#end += 4 + value.length + (text ? 1 : 0);
    return at;
  }

  #write(kind, value) {
    if (kind === 'table') return this.#table(value);
    if (kind === 'tables') return this.#tables(value);
    return this.#vector(Buffer.from(value), kind === 'text');
  }

  #tables(values) {
    const at = this.#align(4);
    this.#bytes.writeUInt32LE(values.length, at);
    this.#end += 4 + 4 * values.length;
    values.forEach((fields, i) => this.#bytes.writeUInt32LE(this.#table(fields) - (at + 4 + 4 * i), at + 4 + 4 * i));
    return at;
  }

  // `fields`: [[id, kind, value], ...]
  #table(fields) {
    const ids = Math.max(-1, ...fields.map(([id]) => id)) + 1;
    const vtable = this.#align(2);
    this.#end += 4 + 2 * ids;
    const table = this.#align(8);
    this.#end += 4;
    const places = fields.map(([, kind]) => {
      const at = this.#align(sizes[kind]);
      this.#end += sizes[kind];
      return at;
    });
    this.#bytes.writeUInt16LE(4 + 2 * ids, vtable);
    this.#bytes.writeUInt16LE(this.#end - table, vtable + 2);
    this.#bytes.writeInt32LE(table - vtable, table);
    fields.forEach(([id, kind, value], index) => {
      const at = places[index];
      this.#bytes.writeUInt16LE(at - table, vtable + 4 + 2 * id);
      if (kind === 'u8') this.#bytes.writeUInt8(value, at);
      else if (kind === 'u16') this.#bytes.writeUInt16LE(value, at);
      else if (kind === 'u32') this.#bytes.writeUInt32LE(value, at);
      else if (kind === 'u64') this.#bytes.writeBigUInt64LE(value, at);
      else this.#bytes.writeUInt32LE(this.#write(kind, value) - at, at);
    });
    return table;
  }

  root(fields) {
    this.#bytes.writeUInt32LE(this.#table(fields), 0);
    return Buffer.from(this.#bytes.subarray(0, this.#align(8)));
  }
}

const clientMessage = (type, fields) =>
  new Writer().root([
    [0, 'u8', type],
    [1, 'table', fields],
  ]);

// `proof`: of a member that comes back; without one, a newcomer's packages.
export function joinMessage({ version = 2, room, token, sender = 17n, offer, waitingName = Buffer.from('name'), proof }) {
  const newcomer = [
    [6, 'bytes', Buffer.from('key package')],
    [7, 'bytes', waitingName],
    [8, 'bytes', Buffer.from('group info')],
  ];
  return clientMessage(1, [
    [0, 'u16', version],
    [1, 'bytes', room],
    [2, 'bytes', token],
    [3, 'u64', sender],
    [4, 'text', offer],
    ...(proof ? [[9, 'bytes', proof]] : newcomer),
  ]);
}

export const getGroupMessage = () => clientMessage(2, []);
export const postMessage = (message) => clientMessage(4, [[0, 'bytes', message]]);

const kinds = [
  'none', 'hello', 'inLobby', 'joined', 'welcome', 'group', 'handshake', 'commitRefused', 'posted', 'switch', 'waiting',
  'waitingGone', 'participantJoined', 'participantLeft', 'participantConnection', 'slots', 'heldBack', 'refused',
  'watched', 'uplinks',
];
const refusals = [
  'bad_message', 'wrong_version', 'wrong_link', 'room_full', 'server_full', 'bad_offer', 'too_many_requests',
  'draining', 'open_room', 'replaced', 'rooms_closed', 'not_admitted', 'removed', 'link_revoked', 'room_locked',
  'lobby_full', 'not_a_member', 'nobody_answered',
];

const clientKinds = ['none', 'join', 'getGroup', 'commit', 'post', 'ready', 'deny', 'watch', 'leave'];

export function clientMessageKind(bytes) {
  const message = bytes.readUInt32LE(0);
  const vtable = message - bytes.readInt32LE(message);
  return clientKinds[bytes.readUInt8(message + bytes.readUInt16LE(vtable + 4))];
}

// Where fields are that have to be there: of a table, and of the body of a message.
const follow = (bytes, at) => at + bytes.readUInt32LE(at);
const place = (bytes, table, id) => table + bytes.readUInt16LE(table - bytes.readInt32LE(table) + 4 + 2 * id);
const inBody = (bytes, id) => follow(bytes, place(bytes, follow(bytes, place(bytes, follow(bytes, 0), 1)), id));

// The commit in a client's Commit.
export function readCommit(bytes) {
  const vector = inBody(bytes, 0);
  return bytes.subarray(vector + 4, vector + 4 + bytes.readUInt32LE(vector));
}

// The server's numbers of the others in a Joined.
export function readRoster(bytes) {
  const vector = inBody(bytes, 2);
  const people = Array.from({ length: bytes.readUInt32LE(vector) }, (_, i) => follow(bytes, vector + 4 + 4 * i));
  return people.map((person) => bytes.readUInt32LE(place(bytes, person, 0)));
}

const serverMessage = (kind, fields) =>
  new Writer().root([
    [0, 'u8', kinds.indexOf(kind)],
    [1, 'table', fields],
  ]);

export const handshakeMessage = (seq, message) =>
  serverMessage('handshake', [
    [0, 'u64', seq],
    [1, 'bytes', message],
  ]);
export const heldBackMessage = (participant, source) =>
  serverMessage('heldBack', [[0, 'tables', [[[0, 'u32', participant], [1, 'u8', source]]]]]);

// { kind, reason } of a server's message; the reason is a refusal's.
export function readServerMessage(bytes) {
  const field = (table, id) => {
    const vtable = table - bytes.readInt32LE(table);
    const offset = 4 + 2 * id < bytes.readUInt16LE(vtable) ? bytes.readUInt16LE(vtable + 4 + 2 * id) : 0;
    return offset === 0 ? null : table + offset;
  };
  const message = bytes.readUInt32LE(0);
  const kind = kinds[bytes.readUInt8(field(message, 0))];
  if (kind !== 'refused') return { kind };
  const body = field(message, 1);
  const reason = field(body + bytes.readUInt32LE(body), 0);
  return { kind, reason: refusals[reason === null ? 0 : bytes.readUInt8(reason)] };
}
