// One line about the machine and the versions that were measured.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release } from "node:os";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const version = (folder, name) => {
  const url = new URL(`../${folder}/node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")).version;
};
const run = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim().split("\n")[0];
const os = /^PRETTY_NAME="(.*)"/m.exec(readFileSync("/etc/os-release", "utf8"))[1];

/** `versions`: of what else is measured, by name. */
export const machine = (versions) => ({
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0].model,
  cores: cpus().length,
  load_before: Math.round(loadavg()[0] * 10) / 10,
  os: `${os}, Linux ${release()}`,
  node: process.version,
  compiler: run("c++", "--version"),
  ...versions,
});

export const debianVersion = (name) => run("dpkg-query", "-W", "-f=${Version}", name);

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const versions = {
    "ts-mls": version("tests/interop/mls", "ts-mls"),
    "noble-curves": version("web", "@noble/curves"),
  };
  console.log(JSON.stringify(machine(versions)));
}
