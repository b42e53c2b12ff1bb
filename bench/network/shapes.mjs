// Networks that everybody in a call is on, in both directions: what is set at the beginning, and steps that are measured one by
// one. Each has 25 ms each way. `settle`: seconds after a change that aren't measured.

const way = { delay: "25ms", jitter: "3ms" };

export const shapes = {
  good: { title: "10 Mbit/s", flags: { ...way, rate: "10M" }, steps: [{ name: "steady" }] },
  "3-1-3": {
    title: "3, 1, 3 Mbit/s",
    flags: { ...way, rate: "3M" },
    steps: [
      { name: "3 Mbit/s" },
      { name: "down to 1 Mbit/s", set: { rate: "1M" }, settle: 0 },
      { name: "1 Mbit/s" },
      { name: "up to 3 Mbit/s", set: { rate: "3M" }, settle: 5 },
    ],
  },
  loss: { title: "5 % loss", flags: { ...way, rate: "10M", loss: "5%" }, steps: [{ name: "steady" }] },
  "300k": { title: "300 kbit/s", flags: { ...way, rate: "300k" }, steps: [{ name: "steady" }] },
  "64k": { title: "64 kbit/s", flags: { ...way, rate: "64k" }, steps: [{ name: "steady", settle: 20 }] },
};
