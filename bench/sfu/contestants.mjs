// The servers: how each is started for its best, and where it is reached.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../../tests/lib/child.mjs";
import { until } from "../../tests/lib/until.mjs";
import { bareEnvironment } from "../../tests/lib/vicino.mjs";
import { firstCores } from "./network.mjs";

const port = 8088;
const adminToken = "bench";

function start(own, network, command, cores) {
  const [program, ...args] = network.onServer(command, cores);
  return new Child(own, program, args, { env: bareEnvironment });
}

async function vicino(own, network, options, workers) {
  const address = network.serverAddress;
  const settings = {
    "http-address": address,
    "http-port": port,
    "media-address": address,
    "media-announce": address,
    "media-workers": workers,
    "admin-token": adminToken,
    "data-folder": own.folder(),
    "log-level": "warning",
    "shutdown-drain-seconds": 0,
    "limits-connections": 100_000,
    "limits-connections-per-address": 100_000,
    "limits-joins-per-minute-per-address": 1_000_000,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const command = [join(options.build, "apps/vicinod/vicinod"), ...flags];
  const server = start(own, network, command, firstCores(workers));
  await until(() => {
    server.assertRunning();
    return server.lines.some((line) => line.startsWith("listening on "));
  }, "vicinod listens");
  return { server, target: ["--target", "vicino", "--server", `http://${address}:${port}`, "--admin-token", adminToken] };
}

const janusFolder = "/usr/lib/x86_64-linux-gnu/janus";
const others = ["plugins", "transports", "events", "loggers"];

// Only what is measured is loaded. `loops`: event loops, "" for the default, a thread for every connection.
function janusSettings(address, folder, loops) {
  const unused = {
    plugins: ["audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom",
      "videocall", "voicemail"],
    transports: ["mqtt", "nanomsg", "pfunix", "rabbitmq", "websockets"],
    events: ["gelfevh", "mqttevh", "nanomsgevh", "rabbitmqevh", "sampleevh", "wsevh"],
    loggers: ["jsonlog"],
  };
  const lines = (pairs) => pairs.map((pair) => `\t${pair}\n`).join("");
  const section = (name, pairs) => `${name}: {\n${lines(pairs)}}\n`;
  const folders = others.map((name) => `${name}_folder = "${janusFolder}/${name}"`);
  const without = others.map((name) =>
    section(name, [`disable = "${unused[name].map((part) => `libjanus_${part}.so`).join(",")}"`]));
  return {
    "janus.jcfg":
      section("general", [`configs_folder = "${folder}"`, ...folders, "debug_level = 2", "debug_colors = false",
        ...(loops === "" ? [] : [`event_loops = ${loops}`])]) +
      section("nat", ["ice_lite = true", `ice_enforce_list = "${address}"`]) + without.join(""),
    "janus.transport.http.jcfg": section("general", ['json = "compact"', 'base_path = "/janus"', "http = true",
      `port = ${port}`, `ip = "${address}"`, "https = false", "mhd_connection_limit = 4000"]),
    "janus.plugin.videoroom.jcfg": section("general", ["events = false"]),
  };
}

const janus = (loops) => async (own, network) => {
  const address = network.serverAddress;
  const folder = own.folder();
  for (const [name, text] of Object.entries(janusSettings(address, folder, loops))) {
    writeFileSync(join(folder, name), text);
  }
  const server = start(own, network, ["janus", "--configs-folder", folder]);
  await until(() => {
    server.assertRunning();
    return listens(server.pid, port);
  }, "Janus listens");
  return { server, target: ["--target", "janus", "--server", `http://${address}:${port}`] };
};

// Whether a TCP socket of this process's network namespace listens at the port.
function listens(pid, wanted) {
  const hex = wanted.toString(16).toUpperCase().padStart(4, "0");
  const listening = "0A";
  return readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return local?.endsWith(`:${hex}`) && state === listening;
  });
}

export const contestants = {
  vicino: { title: "Vicino", start: vicino },
  "janus-1": { title: "Janus, one event loop", start: janus("1") },
  "janus-default": { title: "Janus, defaults", start: janus("") },
};
