// A remote worker for Tutup in one file: copy it. Needs Node 18 or newer and nothing else.
//
//   const worker = new RemoteWorker({ url: "https://tutup.example", workerId: "gpu-7", key: KEY, slots: 2 });
//   worker.handler("example.train", async (job) => { ...; return { accuracy: 0.97 }; });
//   await worker.run(); // until SIGTERM or SIGINT
//
// What a handler returns is the job's output (JSON). When it throws, the job is tried again after its backoff, up to its
// attempts; `Permanent` fails it for good, `Stopped` gives it back and the attempt is not counted. `job.signal` is aborted
// when the worker stops, the claim is lost or cancelled, or the job's timeout is over.
import { hostname } from "node:os";

const MOST = 500; // reports in one call
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5000; // milliseconds between tries
const HEARTBEATS_MISSED = 3; // then the server gives the jobs to others

export interface Options {
  url: string;
  workerId: string;
  key?: string;
  slots?: number; // jobs at once
  capabilities?: string[];
  metadata?: Record<string, unknown>;
  queues?: string[]; // all when left out
  heartbeatSeconds?: number;
  waitSeconds?: number; // how long a claim waits for the first job, up to 30
}

export interface Job {
  jobId: number;
  claim: number;
  executionId: string;
  id: string;
  name: string | null;
  type: string;
  queue: string;
  config: Record<string, unknown>;
  parents: Record<string, unknown>; // outputs of the jobs that this one depends on
  attempt: number;
  timeoutSeconds: number | null;
  lastError: string | null;
  checkpoint: unknown;
  signal: AbortSignal;
  saveCheckpoint(data: unknown): Promise<void>; // throws `Refusal` when the job was taken away
}

export type Handler = (job: Job) => Promise<unknown> | unknown;

export class Permanent extends Error {}
export class Stopped extends Error {}

export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly retryAfter: number) {
    super(`${status} ${code}: ${message}`);
  }
  get passing(): boolean {
    return [429, 502, 503, 504].includes(this.status);
  }
}

type Answer = Record<string, unknown>;
type Verb = "complete" | "fail" | "release";
type Report = { job: Job; verb: Verb; body: Record<string, unknown> };
const LISTS: Record<Verb, string> = { complete: "results", fail: "failures", release: "jobs" };

export class RemoteWorker {
  private readonly handlers = new Map<string, Handler>();
  private readonly running = new Map<Job, AbortController>();
  private readonly waiting: Report[] = []; // the first of them are being sent
  private readonly claiming = new AbortController();
  private readonly slots: number;
  private readonly beatSeconds: number;
  private changed: () => void = () => {};
  private sending: Promise<void> | null = null;
  private stopping = false;
  private lastWord = 0; // when claims were last made or extended
  private registering: Promise<unknown> | null = null;
  private beat: NodeJS.Timeout | undefined;

  constructor(private readonly options: Options) {
    this.slots = options.slots ?? 1;
    this.beatSeconds = options.heartbeatSeconds ?? 30;
  }

  handler(type: string, work: Handler): void {
    this.handlers.set(type, work);
  }

  // Works until SIGTERM or SIGINT, then finishes what runs, for half a minute at most.
  async run(): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve());
    });
    await this.start();
    await stopped;
    await this.stop();
  }

  async start(): Promise<void> {
    await this.register();
    this.beat = setInterval(() => void this.live().catch((error) => this.recover(error)), this.beatSeconds * 1000);
    void this.claimAll();
  }

  async stop(seconds = 30): Promise<void> {
    this.stopping = true;
    this.claiming.abort();
    for (const controller of this.running.values()) controller.abort(new Stopped("the worker stops"));
    const end = Date.now() + seconds * 1000;
    while ((this.running.size || this.waiting.length) && Date.now() < end) await sleep(20);
    clearInterval(this.beat);
    await this.call("DELETE", "").catch((error) => console.warn(`not deregistered: ${error}`));
  }

  private register(): Promise<unknown> {
    const { workerId, capabilities = [], metadata = {}, queues } = this.options;
    const about = { workerId, hostname: hostname(), pid: process.pid, capabilities, metadata, queues };
    const work = { maxConcurrency: this.slots, currentLoad: 0, types: [...this.handlers.keys()] };
    return this.fetch("POST", "/register", { ...about, ...work, heartbeatSeconds: this.beatSeconds });
  }

  private async claimAll(): Promise<void> {
    let pause = FIRST_PAUSE;
    let unsure = false; // whether an answer with jobs in it may be lost
    while (!this.stopping) {
      const free = this.slots - this.running.size;
      if (free < 1) {
        await new Promise<void>((resolve) => (this.changed = resolve));
        continue;
      }
      try {
        if (unsure) await this.call("POST", "/release", { keep: this.knownClaims() });
        unsure = true;
        const waitSeconds = this.options.waitSeconds ?? 20;
        const answer = await this.call("POST", "/claim", { slots: free, waitSeconds }, waitSeconds, this.claiming.signal);
        this.lastWord = Date.now();
        for (const job of answer.jobs as Job[]) void this.work(job);
        unsure = false;
        pause = FIRST_PAUSE;
      } catch (error) {
        if (this.stopping) return; // deregistering gives back what the answer may have brought
        await sleep(Math.max(pause, await this.recover(error)));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  private async work(given: Job): Promise<void> {
    const controller = new AbortController();
    const { jobId, claim } = given;
    const saveCheckpoint = async (data: unknown): Promise<void> => {
      await this.call("POST", "/checkpoint", { checkpoints: [{ jobId, claim, data }] });
    };
    const job: Job = { ...given, signal: controller.signal, saveCheckpoint };
    this.running.set(job, controller);
    const late = job.timeoutSeconds === null ? undefined : setTimeout(() => this.timeOut(job), job.timeoutSeconds * 1000);
    const report = await this.attempt(job);
    clearTimeout(late);
    const lost = controller.signal.aborted && !(controller.signal.reason instanceof Stopped);
    if (report && !lost) this.report(report);
    this.running.delete(job);
    this.changed();
  }

  private async attempt(job: Job): Promise<Report | null> {
    try {
      const work = this.handlers.get(job.type);
      if (!work) throw new Permanent(`This worker has no handler for the job type "${job.type}".`);
      const output = (await work(job)) ?? null;
      return { job, verb: "complete", body: { output } };
    } catch (error) {
      if (error instanceof Stopped) return { job, verb: "release", body: {} };
      if (error instanceof Refusal && error.code === "STALE_CLAIM") return null;
      const text = String(error instanceof Error ? error.message || error.name : error).replaceAll("\0", "").slice(0, 4000);
      return { job, verb: "fail", body: { error: text || "failed", permanent: error instanceof Permanent } };
    }
  }

  private timeOut(job: Job): void {
    const error = `timed out after ${job.timeoutSeconds} s`;
    this.report({ job, verb: "fail", body: { error } });
    this.running.get(job)?.abort(new Error(error));
  }

  private report(report: Report): void {
    this.waiting.push(report);
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
  }

  private async sendAll(): Promise<void> {
    await sleep(0); // what ends in this moment goes together
    while (this.waiting.length) {
      const batch = this.waiting.slice(0, MOST);
      for (const verb of ["complete", "fail", "release"] as const) {
        const same = batch.filter((report) => report.verb === verb);
        if (same.length) await this.send(verb, same);
      }
      this.waiting.splice(0, batch.length);
    }
  }

  private async send(verb: Verb, reports: Report[]): Promise<void> {
    const bodies = reports.map(({ job, body }) => ({ jobId: job.jobId, claim: job.claim, ...body }));
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await this.call("POST", `/${verb}`, { [LISTS[verb]]: bodies });
        return;
      } catch (error) {
        if (error instanceof Refusal && !error.passing) return this.refused(verb, reports, error);
        await sleep(pause);
      }
    }
  }

  // A result that the server can't take must not keep the others from it.
  private async refused(verb: Verb, reports: Report[], refusal: Refusal): Promise<void> {
    if (refusal.status === 404 || refusal.status === 409) {
      console.warn(`${reports.length} reports came too late: ${refusal.message}`);
    } else if (reports.length > 1) for (const report of reports) await this.send(verb, [report]);
    else if (verb === "complete") {
      const body = { error: `the result was refused: ${refusal.message}`, permanent: true };
      await this.send("fail", [{ ...reports[0]!, verb: "fail", body }]);
    } else console.error(`report dropped: ${refusal.message}`);
  }

  private async live(): Promise<void> {
    const jobs = [...this.running.keys()];
    await this.call("POST", "/heartbeat", { currentLoad: jobs.length });
    if (!jobs.length) return;
    const answer = await this.call("POST", "/extend", { claims: [...new Set(jobs.map((job) => job.claim))] }).catch((error) => {
      if (error instanceof Refusal && error.code === "STALE_CLAIM") return { claims: [] };
      throw error;
    });
    this.lastWord = Date.now();
    const held = new Set((answer.claims as { jobs: number[] }[]).flatMap((claim) => claim.jobs));
    for (const job of jobs) if (!held.has(job.jobId)) this.running.get(job)?.abort(new Error("the claim was taken away"));
  }

  // Registers again if need be; returns how many milliseconds to wait at least.
  private async recover(error: unknown): Promise<number> {
    console.warn(`trying again: ${error}`);
    if (Date.now() - this.lastWord > HEARTBEATS_MISSED * this.beatSeconds * 1000) this.dropAll();
    if (!(error instanceof Refusal)) return 0;
    if (error.code === "WORKER_NOT_REGISTERED" && !this.registering) {
      this.dropAll();
      this.registering = this.register().catch((again) => console.warn(`not registered: ${again}`));
      await this.registering;
      setTimeout(() => (this.registering = null), 2000).unref(); // others may have noticed the same
    }
    return error.passing ? error.retryAfter * 1000 : LONGEST_PAUSE;
  }

  // Others have the jobs by now.
  private dropAll(): void {
    for (const controller of this.running.values()) controller.abort(new Error("the claim ended"));
  }

  private knownClaims(): number[] {
    const jobs = [...this.running.keys(), ...this.waiting.map((report) => report.job)];
    return [...new Set(jobs.map((job) => job.claim))];
  }

  private call(method: string, path: string, body?: unknown, seconds = 0, signal?: AbortSignal): Promise<Answer> {
    return this.fetch(method, `/${this.options.workerId}${path}`, body, seconds, signal);
  }

  private async fetch(method: string, path: string, body?: unknown, seconds = 0, signal?: AbortSignal): Promise<Answer> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error("no answer in time")), (seconds + 10) * 1000);
    const abort = (): void => late.abort(signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (this.options.key) headers["Authorization"] = `Bearer ${this.options.key}`;
      const address = `${this.options.url}/api/distributed/workers${path}`;
      const response = await fetch(address, { method, headers, body: JSON.stringify(body), signal: late.signal });
      const answer = await response.json().catch(() => ({})) as Answer;
      if (response.ok) return answer;
      const retryAfter = Number(response.headers.get("Retry-After") ?? 1);
      throw new Refusal(response.status, String(answer.error ?? ""), String(answer.message ?? response.statusText), retryAfter);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
