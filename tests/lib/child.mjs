// A child process with its output by lines. Ended by its id; none outlives the test process.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { final, until } from './until.mjs';

const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export class Child {
  lines = []; // of standard output
  errors = []; // of standard error
  ended = null; // { code, signal } once it has

  // `own`: who ends it (owner.mjs). `options`: as for spawn().
  constructor(own, program, args, options = {}) {
    this.title = program.split('/').pop();
    this.process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    alive.add(this.process);
    this.whenEnded = new Promise((resolve) => {
      this.process.once('error', (error) => this.errors.push(error.message));
      this.process.once('close', (code, signal) => {
        alive.delete(this.process);
        this.ended = { code, signal };
        resolve(this.ended);
      });
    });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.#line(line));
    createInterface({ input: this.process.stderr }).on('line', (line) => this.errors.push(line));
    this.process.stdin.on('error', () => {}); // it ended before it was told to
    own.defer(() => this.stop());
  }

  #line(line) {
    this.lines.push(line);
    this.onLine?.(line);
  }

  get pid() {
    return this.process.pid;
  }

  signal(name) {
    this.process.kill(name);
  }

  // The exit status, or an error after `timeout` milliseconds.
  async exit(timeout = 20_000) {
    await until(() => this.ended, `${this.title} ends`, timeout);
    return this.ended;
  }

  // Throws, with what it said last, if it has ended.
  assertRunning() {
    if (!this.ended) return;
    const said = this.errors.slice(-8).join('\n');
    throw final(`${this.title} ended with ${JSON.stringify(this.ended)}:\n${said}`);
  }

  // Asks it to end, waits, and insists if need be.
  async stop(timeout = 10_000) {
    if (this.ended) return this.ended;
    this.signal('SIGTERM');
    const insist = setTimeout(() => this.signal('SIGKILL'), timeout);
    await this.whenEnded;
    clearTimeout(insist);
    return this.ended;
  }

  async kill() {
    this.signal('SIGKILL');
    await this.whenEnded;
  }
}

// Runs a program to its end.
export async function run(own, program, args, options = {}) {
  const child = new Child(own, program, args, options);
  const { code, signal } = await child.exit(options.timeout);
  return { code, signal, lines: child.lines, errors: child.errors };
}
