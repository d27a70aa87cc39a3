// driver.ts URL KEY WORKER_ID SLOTS: runs the example's worker with handlers that do what the job's config says.
import { appendFileSync } from "node:fs";
import { type Job, Permanent, RemoteWorker, Stopped } from "./worker.mjs";

const [url, key, workerId, slots] = process.argv.slice(2) as [string, string, string, string];
const worker = new RemoteWorker({ url, key, workerId, slots: Number(slots), heartbeatSeconds: 2, waitSeconds: 2, metadata: { memoryGB: 8 } });

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function busy(job: Job): Promise<void> {
  const end = Date.now() + Number(job.config.seconds ?? 0) * 1000;
  while (Date.now() < end) {
    if (job.signal.aborted) throw job.signal.reason instanceof Stopped ? job.signal.reason : new Error("aborted");
    await pause(10);
  }
}

worker.handler("remote", async (job) => {
  const { config, parents, attempt, checkpoint, lastError } = job;
  if (config.notes) appendFileSync(String(config.notes), `begin ${job.id} ${workerId}\n`);
  if (config.hopeless) throw new Permanent("hopeless");
  if (config.flaky && attempt === 1) {
    await job.saveCheckpoint({ done: 7 });
    throw new Error("not yet");
  }
  if (config.broken) throw new Error("a\udcff");
  if (config.odd) return { big: 1n };
  await busy(job);
  return { by: workerId, parents, checkpoint, lastError };
});

await worker.run();
