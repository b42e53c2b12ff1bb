// What a process and its core use, read here from /proc: to check what the generator says of the server.
import { readFileSync } from "node:fs";

const ticks = 100; // a second, of /proc (USER_HZ)
const interval = 100; // milliseconds

// Of all threads, user and system, in seconds.
function processSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

// Of everything on the core but idling, interrupts too.
function coreSeconds(core) {
  const line = readFileSync("/proc/stat", "utf8").split("\n").find((text) => text.startsWith(`cpu${core} `));
  const [user, nice, system, , , irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) / ticks;
}

export class Sampler {
  #samples = []; // { at, process, core }, all in seconds
  #timer;

  constructor(pid, core) {
    this.#timer = setInterval(() => {
      try {
        this.#samples.push({ at: performance.now() / 1000, process: processSeconds(pid), core: coreSeconds(core) });
      } catch {
        this.stop(); // the process has gone, which its owner notices
      }
    }, interval);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** Shares of a core, from 0 to 1, over the middle of the `seconds` that ended just now. */
  shares(seconds) {
    const now = performance.now() / 1000;
    const middle = this.#samples.filter(({ at }) => at > now - 0.85 * seconds && at < now - 0.25 * seconds);
    const [first, last] = [middle[0], middle.at(-1)];
    if (middle.length < 2) return null;
    const share = (what) => (last[what] - first[what]) / (last.at - first.at);
    return { process: share("process"), core: share("core") };
  }
}
