// One room larger than a core: how many it reaches when two workers carry it, on both cores, beside the generator.
import { owning } from "./owners.mjs";
import { measureRound } from "./round.mjs";
import { crowd } from "./scenarios.mjs";

const mostLoss = 1e-4;
const sizes = [500, 1000, 2000, 3000, 4000];

export async function growCrowd(network, options, results) {
  for (const receivers of options.smoke ? sizes.slice(0, 1) : sizes) {
    const line = { network: network.name, contestant: "vicino", receivers };
    try {
      const figures = await owning((own) => measureRound(own, network, options, "vicino", crowd(receivers)));
      const holds = figures.lost <= mostLoss * figures.expected;
      results.add({ ...line, holds, ...figures });
      if (!holds) break;
    } catch (error) {
      results.add({ ...line, holds: false, failure: error.message.split("\n").slice(0, 2).join(" ") });
      break;
    }
  }
}
