// One room larger than a core: how many it reaches when two workers carry it, on both cores, beside the generator.
import { tryRound } from "./round.mjs";
import { crowd } from "./scenarios.mjs";

const mostLoss = 1e-4;
const sizes = [500, 1000, 2000, 3000, 4000];

const holds = (figures) => figures.lost <= mostLoss * figures.expected;

export async function growCrowd(network, options, results) {
  for (const receivers of options.smoke ? sizes.slice(0, 1) : sizes) {
    if (!(await tryRound(network, options, "vicino", crowd(receivers), holds, { receivers }, results))) break;
  }
}
