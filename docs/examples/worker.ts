// A remote worker for Tutup in one file: copy it. Node 22.18 or newer runs it as it is, older ones from 18 on once it is
// compiled to JavaScript. Needs nothing else.
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
const MOST_CLAIMS = 1000; // claimed, extended or kept in one call
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5000; // milliseconds between tries
const LONGEST_RETRY_AFTER = 60; // seconds
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
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number; // seconds

  constructor(status: number, code: string, message: string, retryAfter: number) {
    super(`${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  // Whether the same call may succeed later. A success that isn't ours is a proxy's page.
  get passing(): boolean {
    return this.status >= 500 || this.status < 300 || [408, 425, 429].includes(this.status);
  }
}

type Answer = Record<string, unknown>;
type Verb = "complete" | "fail" | "release";
type Report = { job: Job; verb: Verb; body: Record<string, unknown>; until?: number };
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
  private readonly options: Options;

  constructor(options: Options) {
    this.options = options;
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
        const keep = this.knownClaims(); // more than a call can name: then the lease ends what was lost
        if (unsure && keep.length <= MOST_CLAIMS) await this.call("POST", "/release", { keep });
        unsure = true;
        const slots = Math.min(free, MOST_CLAIMS);
        const waitSeconds = this.options.waitSeconds ?? 20;
        const answer = await this.call("POST", "/claim", { slots, waitSeconds }, waitSeconds, this.claiming.signal);
        const jobs = [...(answer.jobs as Job[])];
        this.lastWord = Date.now();
        for (const job of jobs) void this.work(job);
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
      const output = sendable((await work(job)) ?? null);
      return { job, verb: "complete", body: { output } };
    } catch (error) {
      if (error instanceof Stopped) return { job, verb: "release", body: {} };
      if (error instanceof Refusal && error.code === "STALE_CLAIM") return null;
      const body = { error: plain(error), permanent: error instanceof Permanent };
      return { job, verb: "fail", body };
    }
  }

  private timeOut(job: Job): void {
    const error = `timed out after ${job.timeoutSeconds} s`;
    this.report({ job, verb: "fail", body: { error } });
    this.running.get(job)?.abort(new Error(error));
  }

  private report(report: Report): void {
    this.waiting.push({ ...report, until: this.lastWord + this.leaseMilliseconds });
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
  }

  private async sendAll(): Promise<void> {
    await sleep(0); // what ends in this moment goes together
    for (let pause = FIRST_PAUSE; this.waiting.length; ) {
      const batch = this.waiting.slice(0, MOST);
      const again: Report[] = [];
      for (const verb of ["complete", "fail", "release"] as const) {
        const same = batch.filter((report) => report.verb === verb);
        if (same.length) again.push(...(await this.send(verb, same)));
      }
      this.waiting.splice(0, batch.length);
      this.waiting.push(...again);
      if (again.length) await sleep(pause);
      pause = again.length ? Math.min(pause * 2, LONGEST_PAUSE) : FIRST_PAUSE;
    }
  }

  // One call; gives back what is to be sent again.
  private async send(verb: Verb, reports: Report[]): Promise<Report[]> {
    const bodies = reports.map(({ job, body }) => ({ jobId: job.jobId, claim: job.claim, ...body }));
    try {
      await this.call("POST", `/${verb}`, { [LISTS[verb]]: bodies });
      return [];
    } catch (error) {
      if (!(error instanceof Refusal)) return reports; // the server is away
      if (error.status === 404 || error.status === 409) {
        console.warn(`${reports.length} reports came too late: ${error.message}`);
        return [];
      }
      if ([400, 413, 415].includes(error.status)) return this.refused(verb, reports, error);
      const busy = [429, 502, 503, 504].includes(error.status);
      const left = busy || reports.length === 1 ? reports : await this.sendSingly(verb, reports);
      const lasting = left.filter((report) => Date.now() < report.until!);
      if (lasting.length < left.length) console.warn(`reports dropped, their leases are over: ${error.message}`);
      return lasting;
    }
  }

  // One that the server can't take must not keep the others from it: next time it comes after them.
  private async sendSingly(verb: Verb, reports: Report[]): Promise<Report[]> {
    for (const [index, report] of reports.entries()) {
      const left = await this.send(verb, [report]);
      if (left.length) return [...reports.slice(index + 1), ...left];
    }
    return [];
  }

  // The report itself is at fault: a result becomes a failure.
  private async refused(verb: Verb, reports: Report[], refusal: Refusal): Promise<Report[]> {
    if (reports.length > 1) return this.sendSingly(verb, reports);
    console.error(`report dropped: ${refusal.message}`);
    if (verb !== "complete") return [];
    const body = { error: plain(`the result was refused: ${refusal.message}`), permanent: true };
    return this.send("fail", [{ ...reports[0]!, verb: "fail", body }]);
  }

  private async live(): Promise<void> {
    const jobs = [...this.running.keys()];
    await this.call("POST", "/heartbeat", { currentLoad: jobs.length });
    if (!jobs.length) return;
    const claims = [...new Set(jobs.map((job) => job.claim))];
    const held = new Set<number>();
    for (let first = 0; first < claims.length; first += MOST_CLAIMS) {
      for (const jobId of await this.extend(claims.slice(first, first + MOST_CLAIMS))) held.add(jobId);
    }
    this.lastWord = Date.now();
    for (const job of jobs) if (!held.has(job.jobId)) this.running.get(job)?.abort(new Error("the claim was taken away"));
  }

  // The jobs that the claims still hold.
  private async extend(claims: number[]): Promise<number[]> {
    try {
      const answer = await this.call("POST", "/extend", { claims });
      return (answer.claims as { jobs: number[] }[]).flatMap((claim) => claim.jobs);
    } catch (error) {
      if (error instanceof Refusal && error.code === "STALE_CLAIM") return [];
      throw error;
    }
  }

  private get leaseMilliseconds(): number {
    return HEARTBEATS_MISSED * this.beatSeconds * 1000;
  }

  // Registers again if need be; returns how many milliseconds to wait at least.
  private async recover(error: unknown): Promise<number> {
    console.warn(`trying again: ${error}`);
    if (Date.now() - this.lastWord > this.leaseMilliseconds) this.dropAll();
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
      const address = `${this.options.url.replace(/\/+$/, "")}/api/distributed/workers${path}`;
      const response = await fetch(address, { method, headers, body: JSON.stringify(body), signal: late.signal });
      const text = await response.text();
      const answer = objectOf(text);
      if (response.ok && answer) return answer;
      const { error = "", message = text.slice(0, 200) } = answer ?? {};
      throw new Refusal(response.status, String(error), String(message), secondsOf(response.headers.get("Retry-After")));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function objectOf(text: string): Answer | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && !Array.isArray(found) ? (found as Answer | null) : null;
  } catch {
    return null;
  }
}

// Of a header Retry-After, a number or a date; 1 for anything else.
function secondsOf(retryAfter: string | null): number {
  const number = retryAfter?.trim() ? Number(retryAfter) : NaN;
  const seconds = Number.isNaN(number) ? (Date.parse(retryAfter ?? "") - Date.now()) / 1000 : number;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_RETRY_AFTER) : 1;
}

// Throws `Permanent` for what isn't JSON: another attempt would give the same.
function sendable(output: unknown): unknown {
  try {
    JSON.stringify(output);
    return output;
  } catch (error) {
    throw new Permanent(`The handler's output is not JSON: ${error}`);
  }
}

// What can be sent of an error: no NUL, and no half of a character, which cutting may leave.
function plain(error: unknown): string {
  const text = String(error instanceof Error ? error.message || error.name : error);
  return text.replaceAll("\0", "").slice(0, 4000).replace(/\p{Surrogate}/gu, "?") || "failed";
}
