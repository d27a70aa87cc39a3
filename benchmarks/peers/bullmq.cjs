// BullMQ on Redis (ADDRESS is the path of its socket) or on PostgreSQL (ADDRESS is a URL).
const { createPostgresBackend, Queue, Worker } = require("bullmq");
const { chunks, payload, Progress, say, start, timed } = require("./said.cjs");

const NAME = "benchmark";
const address = process.env.ADDRESS;
const onPostgres = address.startsWith("postgresql:");
const CHUNK = onPostgres ? 10_000 : 1000; // of 100, 1,000 and 10,000 the fastest
const backend = onPostgres ? [createPostgresBackend] : [];

const connection = (migrate) =>
  onPostgres ? { connectionString: address, max: 10, migrate } : { path: address, maxRetriesPerRequest: null };

async function fill(jobs) {
  const queue = new Queue(NAME, { connection: connection(true) }, ...backend);
  await queue.waitUntilReady();
  const parts = chunks(jobs, CHUNK, (data) => ({ name: "noop", data }));
  const seconds = await timed(async () => {
    for (const part of parts) await queue.addBulk(part);
  });
  await queue.close();
  say(seconds);
}

async function drain(concurrency) {
  const progress = new Progress();
  const worker = new Worker(NAME, async () => ({ ok: true }), { connection: connection(false), concurrency, autorun: false }, ...backend);
  worker.on("completed", () => progress.one());
  await worker.waitUntilReady();
  await start();
  worker.run();
  process.stdin.on("close", () => process.exit(0));
}

async function latency(jobs) {
  const queue = new Queue(NAME, { connection: connection(true) }, ...backend);
  let began = () => {};
  const worker = new Worker(NAME, async () => began(process.hrtime.bigint()), { connection: connection(false), autorun: false }, ...backend);
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  worker.run();
  const times = [];
  for (let number = 0; number < jobs; number += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const called = process.hrtime.bigint();
    const started = new Promise((resolve) => (began = resolve));
    await queue.add("noop", payload(number));
    times.push(Number((await started) - called) / 1e6);
  }
  say(JSON.stringify(times));
  process.exit(0);
}

const [command, count] = process.argv.slice(2);
({ fill, drain, latency })[command](Number(count));
