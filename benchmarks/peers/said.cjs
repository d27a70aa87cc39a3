// What every peer in Node tells the benchmark, a line at a time (benchmarks/peers/program.py).
const readline = require("node:readline");

const say = (line) => process.stdout.write(`${line}\n`);
const payload = (number) => ({ to: `customer-${String(number).padStart(8, "0")}`, subject: "Your yearly statement is ready", copies: 1 });

/** Jobs made of their payloads by `of`, in parts of what is enqueued at once. */
function chunks(jobs, size, of) {
  const made = Array.from({ length: jobs }, (_, number) => of(payload(number)));
  return Array.from({ length: Math.ceil(jobs / size) }, (_, part) => made.slice(part * size, (part + 1) * size));
}

/** The time of an asynchronous call in seconds. */
async function timed(call) {
  const began = process.hrtime.bigint();
  await call();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

/** Says that this worker is ready, and waits for the start. */
function start() {
  say("ready");
  return new Promise((resolve) => readline.createInterface({ input: process.stdin }).once("line", resolve));
}

/** Counts jobs, and tells how many were done and when the last one was; the clock is the one of Python's monotonic(). */
class Progress {
  #done = 0;
  #told = 0;
  #last = 0n;

  /** Tells every so often until the process ends. */
  constructor() {
    setInterval(() => this.tell(), 20).unref();
  }

  one() {
    this.#done += 1;
    this.#last = process.hrtime.bigint();
  }

  tell() {
    if (this.#done > this.#told) {
      this.#told = this.#done;
      say(`${this.#told} ${this.#last}`);
    }
  }
}

module.exports = { chunks, payload, Progress, say, start, timed };
