// Whether anything grows while people come and go: the server's memory over time is in the one line that this gives.
import { owning } from "./owners.mjs";
import { measureRound } from "./round.mjs";
import { comingAndGoing } from "./scenarios.mjs";

const minutes = 10;

export async function soak(network, options, results) {
  const course = { ...options, duration: options.smoke ? options.duration : minutes * 60 };
  const figures = await owning((own) => measureRound(own, network, course, "vicino", comingAndGoing));
  results.add({ network: network.name, contestant: "vicino", ...figures });
}
