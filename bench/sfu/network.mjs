// Network namespaces in which nothing else is: one for both sides, or one each with a veth pair between them.
import { execFileSync } from "node:child_process";

// Of the block for benchmarks (RFC 2544); reachable within the namespaces only.
const serverAddress = "198.18.0.1";
const loadAddress = "198.18.0.2";
const peerAddresses = "198.18.64.0/18"; // servers tell peers apart by address
export const mostGenerators = 8; // of which each has its share of the peers' addresses
export const peersOf = (generator) => `198.18.${64 + generator * 8}.0/21`;
const serverSpace = "vicino-bench-server";
const loadSpace = "vicino-bench-load";

/** The cores that everything is pinned to: the server to the first, or to as many as it has workers. */
export const serverCore = 0;
export const loadCore = 1;
export const firstCores = (workers) => (workers === 1 ? serverCore : `${serverCore}-${serverCore + workers - 1}`);

const ip = (...args) => execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const within = (space, ...command) => ip("netns", "exec", space, ...command);

function addSpace(own, space) {
  const left = ip("netns", "list").split("\n").some((line) => line.split(" ")[0] === space);
  if (left) {
    const pids = ip("netns", "pids", space).trim();
    if (pids !== "") throw new Error(`another benchmark is running: process ${pids.split("\n")[0]} is in ${space}`);
    ip("netns", "del", space); // of a run that was killed
  }
  ip("netns", "add", space);
  own.defer(() => ip("netns", "del", space));
  ip("-n", space, "link", "set", "lo", "up");
}

function addInterface(space, name, address) {
  ip("-n", space, "address", "add", address, "dev", name);
  ip("-n", space, "link", "set", name, "up");
}

// Packets that come in are handled on this core, as a network card's would be, not on the core that sent them.
function receiveOn(space, name, core) {
  const mask = (1 << core).toString(16);
  within(space, "sh", "-c", `for queue in /sys/class/net/${name}/queues/rx-*; do echo ${mask} > $queue/rps_cpus; done`);
}

// Janus takes no address of a loopback interface for a candidate, so there is one on a pair that leads nowhere. What is
// sent to it goes over lo all the same; and so does what it sends, though libnice names the interface it wants to send on
// (IP_UNICAST_IF), because the peers' addresses are local to that one.
function loopback(own) {
  addSpace(own, serverSpace);
  ip("link", "add", "own", "netns", serverSpace, "type", "veth", "peer", "name", "nowhere", "netns", serverSpace);
  addInterface(serverSpace, "own", `${serverAddress}/32`);
  ip("-n", serverSpace, "link", "set", "nowhere", "up");
  ip("-n", serverSpace, "route", "add", "local", peerAddresses, "dev", "own");
  return { serverSpace, loadSpace: serverSpace };
}

// Trains of packets are cut up in software before they leave, as for a network card that can't.
function veth(own) {
  addSpace(own, serverSpace);
  addSpace(own, loadSpace);
  ip("link", "add", "server", "netns", serverSpace, "type", "veth", "peer", "name", "load", "netns", loadSpace);
  ip("-n", serverSpace, "link", "set", "server", "gso_max_segs", "1");
  ip("-n", loadSpace, "link", "set", "load", "gso_max_segs", "1");
  addInterface(serverSpace, "server", `${serverAddress}/30`);
  addInterface(loadSpace, "load", `${loadAddress}/30`);
  ip("-n", serverSpace, "route", "add", peerAddresses, "via", loadAddress);
  ip("-n", loadSpace, "route", "add", "local", peerAddresses, "dev", "lo");
  receiveOn(serverSpace, "server", serverCore);
  receiveOn(loadSpace, "load", loadCore);
  return { serverSpace, loadSpace };
}

export const networks = { loopback, veth };

/**
 * Makes it; it goes with its owner. `onServer` and `onLoad` put a command where it belongs: the same process becomes
 * the command, so its id is that of the child.
 */
export function makeNetwork(own, name) {
  if (process.getuid() !== 0) throw new Error("network namespaces need root");
  const spaces = networks[name](own);
  // Without core files: Janus sometimes crashes when it is told to stop.
  const placed = (space, core) => (command, cores = core) =>
    ["ip", "netns", "exec", space, "prlimit", "--core=0", "taskset", "-c", String(cores), ...command];
  return {
    name,
    serverAddress,
    peerAddresses,
    onServer: placed(spaces.serverSpace, serverCore),
    onLoad: placed(spaces.loadSpace, loadCore),
  };
}
