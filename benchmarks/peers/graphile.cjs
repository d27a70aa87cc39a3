// Graphile Worker with its local queue and batched completion, as its own documentation sets it up for speed.
const { Logger, makeWorkerUtils, runOnce } = require("graphile-worker");
const { chunks, say, start, timed } = require("./said.cjs");

const CHUNK = 10_000; // of 100, 1,000 and 10,000 the fastest
const connectionString = process.env.ADDRESS;
const logger = new Logger(() => () => {});

async function fill(jobs) {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  const parts = chunks(jobs, CHUNK, (payload) => ({ identifier: "noop", payload }));
  const seconds = await timed(async () => {
    for (const part of parts) await utils.addJobs(part);
  });
  await utils.release();
  say(seconds);
}

async function drain(concurrency) {
  let done = 0;
  const preset = {
    worker: {
      connectionString, logger, concurrentJobs: concurrency, maxPoolSize: 10,
      localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0,
    },
  };
  await start();
  await runOnce({ preset, taskList: { noop: async () => { done += 1; } } });
  say(`${done} ${process.hrtime.bigint()}`);
  process.exit(0);
}

const [command, count] = process.argv.slice(2);
({ fill, drain })[command](Number(count));
