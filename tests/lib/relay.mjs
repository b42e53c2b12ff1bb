// A bad network for real programs: tools/vicino_relay, started, changed and asked.
//
//   const relay = await startRelay(own, { target: '127.0.0.1:5000', loss: '5%', delay: '25ms' });
//   await relay.set({ 'down-rate': '1M' });
//   await relay.outage('10s');
//   const { up, down } = await relay.stats();
//
// In front of a server: it listens on 127.0.0.1 and announces `relayAddress`, where the relay listens on the same port,
// because candidates carry the server's own port (see startBehindRelay).
import { Child } from './child.mjs';
import { until } from './until.mjs';
import { bareEnvironment, freeUdpPort, startServer, vicinoRelay } from './vicino.mjs';

export const relayAddress = '127.0.0.2';

export class Relay extends Child {
  endpoints = []; // { address, port } where it listens
  #waiting = []; // for answers, in their order

  constructor(own, args) {
    super(own, vicinoRelay, args, { env: bareEnvironment });
    this.whenEnded.then(() => this.#waiting.splice(0).forEach(({ failed }) => failed(new Error('vicino-relay has ended'))));
  }

  onLine = (line) => {
    const [, address, port] = /^listening on \[?([^\]]+)\]?:(\d+)$/.exec(line) ?? [];
    if (port) this.endpoints.push({ address, port: Number(port) });
    else this.#waiting.shift()?.done(line);
  };

  get port() {
    return this.endpoints[0].port;
  }

  // Its answer to one line; an error if it says so, or says nothing in time.
  async say(line, timeout = 10_000) {
    this.assertRunning();
    let timer;
    const answer = await new Promise((done, failed) => {
      timer = setTimeout(() => failed(new Error(`vicino-relay doesn't answer "${line}"`)), timeout);
      this.#waiting.push({ done, failed });
      this.process.stdin.write(`${line}\n`);
    }).finally(() => clearTimeout(timer));
    if (answer.startsWith('error: ')) throw new Error(answer);
    return answer;
  }

  // Settings by their names, as the program's flags; `client`: a number of stats().clients, `at`: not yet.
  set(settings) {
    return this.say(JSON.stringify(settings));
  }

  outage(time) {
    return this.say(`outage ${time}`);
  }

  async stats() {
    return JSON.parse(await this.say('stats'));
  }
}

// `listen` and `target`: ADDRESS:PORT, or arrays of as many. The rest are flags by name; true: given without a value.
export async function startRelay(own, { listen = '127.0.0.1:0', target, ...flags }) {
  const listens = [listen].flat();
  const places = [...listens.flatMap((place) => ['--listen', place]), ...[target].flat().flatMap((place) => ['--target', place])];
  const given = Object.entries(flags).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
  const relay = new Relay(own, [...places, ...given]);
  await until(() => {
    relay.assertRunning();
    return relay.endpoints.length === listens.length;
  }, 'vicino-relay listens');
  return relay;
}

// A server whose clients reach it through a relay alone. `flags`: the relay's, `serverFlags`: the server's, `address`: where
// the relay listens.
export async function startBehindRelay(own, flags = {}, serverFlags = {}, address = relayAddress) {
  const port = await freeUdpPort();
  const media = { '--media-port': port, '--media-workers': 1, '--media-announce': address };
  const server = await startServer(own, { ...media, ...serverFlags });
  const relay = await startRelay(own, { listen: `${address}:${port}`, target: `127.0.0.1:${port}`, ...flags });
  return { server, relay };
}
