// How much one core delivers: the most livestreams of a hundred receivers each without loss and in time.
import { tryRound } from "./round.mjs";
import { livestreams } from "./scenarios.mjs";

const mostLoss = 1e-4;
const mostDelay = 2000; // microseconds, 99 of 100 packets
const first = 4; // rooms
const growth = 1.5;
const precision = 0.05; // the search ends when the step is smaller than this

const holds = (figures) => figures.lost <= mostLoss * figures.expected && figures.delay_us.p99 <= mostDelay;

/** A line per try. Up in big steps to the first failure, then between by halves. */
export async function searchCapacity(network, options, results) {
  for (const contestant of options.contestants) {
    let good = 0;
    let bad = null;
    for (let next = first; bad === null || bad - good > Math.max(1, precision * good); ) {
      if (await tryRound(network, options, contestant, livestreams(next), holds, { rooms: next }, results)) good = next;
      else bad = next;
      next = bad === null ? Math.round(good * growth) : Math.round((good + bad) / 2);
      if (options.smoke) break;
    }
  }
}
