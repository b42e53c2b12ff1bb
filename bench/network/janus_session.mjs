// As much of Janus' HTTP interface as a room takes: one session, handles of the VideoRoom, messages with their answers.
const longPoll = 40_000; // Janus answers after 30 s at the latest

export class JanusSession {
  #url;
  #transactions = 0;
  #awaited = new Map(); // by transaction: what comes of a message
  #ended = new AbortController();

  /** `own`: who ends it. */
  static async open(own, server) {
    const session = new JanusSession();
    session.#url = `${server}/janus`;
    const { data } = await session.#post("", { janus: "create" });
    session.#url += `/${data.id}`;
    own.defer(() => session.#ended.abort());
    void session.#poll();
    return session;
  }

  /** A handle of the VideoRoom: its number. */
  async attach() {
    return (await this.#post("", { janus: "attach", plugin: "janus.plugin.videoroom" })).data.id;
  }

  /** Says something to the plugin. {data, jsep} of its answer. */
  async ask(handle, body, jsep) {
    const transaction = `t${++this.#transactions}`;
    const event = new Promise((done) => this.#awaited.set(transaction, done));
    const answer = await this.#post(`/${handle}`, { janus: "message", transaction, body, ...(jsep && { jsep }) });
    const { plugindata, jsep: theirs } = answer.janus === "ack" ? await event : answer;
    this.#awaited.delete(transaction);
    if (plugindata.data.error) throw new Error(`Janus: ${body.request}: ${plugindata.data.error}`);
    return { data: plugindata.data, jsep: theirs };
  }

  async #post(path, message) {
    const body = JSON.stringify({ transaction: `t${++this.#transactions}`, ...message });
    const reply = await (await fetch(this.#url + path, { method: "POST", body })).json();
    if (reply.janus === "error") throw new Error(`Janus: ${reply.error.reason}`);
    return reply;
  }

  async #poll() {
    while (!this.#ended.signal.aborted) {
      const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(longPoll)]);
      const events = await fetch(`${this.#url}?maxev=20`, { signal }).then((reply) => reply.json(), () => []);
      for (const event of [events].flat()) {
        if (event.janus === "event") this.#awaited.get(event.transaction)?.(event);
      }
    }
  }
}
