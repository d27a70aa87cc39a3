// The contract's fourteen cases, in its order and by its names, with its two clients where they have the call.
import assert from 'node:assert/strict';
import { ExecutionClient } from './execution-client.mjs';
import { WorkerClient } from './worker-client.mjs';

const base = process.env.API_BASE_URL ?? 'http://localhost:3000';
const api = `${base}/api/distributed`;
const state: { executionId?: string } = {};

type Answer = { status: number; body: any };

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

function has(object: any, types: Record<string, string>): void {
  for (const [name, type] of Object.entries(types)) assert.equal(typeof object[name], type, `${name} of ${JSON.stringify(object)}`);
}

function isMoment(text: string): void {
  assert.ok(Math.abs(Date.now() - Date.parse(text)) < 60_000, `a moment about now: ${text}`);
}

async function listed(): Promise<any[]> {
  const { body } = await call('GET', '/workers');
  assert.equal(body.success, true);
  assert.equal(body.count, body.workers.length);
  return body.workers;
}

const cases: [string, () => Promise<void>][] = [
  ['Register Worker', async () => {
    const { status, body } = await call('POST', '/workers/register', {
      workerId: 'worker-1', hostname: 'worker-node-1', pid: 4711, capabilities: ['cpu', 'high-memory'], maxConcurrency: 4,
      currentLoad: 0, metadata: { cpuCores: 8, memoryGB: 32 },
    });
    assert.equal(status, 200);
    assert.deepEqual([body.success, body.workerId], [true, 'worker-1']);
    isMoment(body.registeredAt);
  }],
  ['Register Second Worker', async () => {
    const body = await new WorkerClient('worker-2', base).register(['gpu'], 2);
    assert.deepEqual([body.success, body.workerId], [true, 'worker-2']);
  }],
  ['List All Workers', async () => {
    const workers = await listed();
    assert.deepEqual(workers.map((worker) => worker.workerId), ['worker-1', 'worker-2']);
    for (const worker of workers) {
      has(worker, {
        workerId: 'string', hostname: 'string', status: 'string', currentLoad: 'number', maxConcurrency: 'number',
        utilization: 'number', lastHeartbeat: 'string', uptime: 'number',
      });
      assert.ok(Array.isArray(worker.capabilities));
      assert.ok(['active', 'idle', 'busy', 'unhealthy'].includes(worker.status));
      isMoment(worker.lastHeartbeat);
    }
    assert.deepEqual(workers[0].capabilities, ['cpu', 'high-memory']);
  }],
  ['Send Worker Heartbeat', async () => {
    const body = await new WorkerClient('worker-1', base).heartbeat(2);
    assert.deepEqual([body.success, body.workerId, body.currentLoad, body.status], [true, 'worker-1', 2, 'busy']);
    isMoment(body.lastHeartbeat);
    const [worker] = await listed();
    assert.deepEqual([worker.currentLoad, worker.utilization, worker.status], [2, 50, 'busy']);
  }],
  ['Get Queue Statistics', async () => {
    const { status, body } = await call('GET', '/queue/stats');
    assert.deepEqual([status, body.success, body.healthy], [200, true, true]);
    has(body.stats, {
      waiting: 'number', active: 'number', completed: 'number', failed: 'number', delayed: 'number', paused: 'number',
      total: 'number',
    });
  }],
  ['Pause Queue', async () => {
    const { status, body } = await call('POST', '/queue/pause');
    assert.deepEqual([status, body.success, typeof body.message], [200, true, 'string']);
  }],
  ['Resume Queue', async () => {
    const { status, body } = await call('POST', '/queue/resume');
    assert.deepEqual([status, body.success, typeof body.message], [200, true, 'string']);
  }],
  ['Start Distributed Execution', async () => {
    const body = await new ExecutionClient(base).startExecution('validation', [
      { id: 'job-1', name: 'Data Preprocessing', type: 'preprocessing', dependsOn: [], config: {} },
      { id: 'job-2', name: 'Training', type: 'training', dependsOn: ['job-1'], config: { epochs: 3 } },
    ], 2);
    assert.deepEqual([body.success, body.status, body.jobCount, body.completedAt], [true, 'pending', 2, null]);
    assert.ok('startedAt' in body);
    state.executionId = body.executionId;
  }],
  ['Get Execution Status', async () => {
    const { success, execution } = await new ExecutionClient(base).getStatus(state.executionId!);
    assert.equal(success, true);
    assert.deepEqual([execution.executionId, execution.workflowId], [state.executionId, 'validation']);
    assert.ok(['pending', 'running', 'completed', 'failed', 'cancelled'].includes(execution.status));
    assert.deepEqual(execution.progress, { ...execution.progress, total: 2, completed: 0, failed: 0, running: 0 });
    assert.ok('startedAt' in execution && 'completedAt' in execution && 'checkpointId' in execution);
  }],
  ['Get Non-existent Execution', async () => {
    const { status, body } = await call('GET', '/execute/exec-987654321');
    assert.deepEqual([status, body.success, typeof body.error], [404, false, 'string']);
  }],
  ['System Health Check', async () => {
    const { status, body } = await call('GET', '/health');
    assert.deepEqual([status, body.success, body.healthy], [200, true, true]);
    assert.ok('queue' in body.components && 'workerManager' in body.components && 'stateStore' in body.components);
    const { total, active, idle, busy, unhealthy, utilizationPercent } = body.workers;
    assert.deepEqual([total, active, busy, unhealthy, utilizationPercent > 0], [2, 2, 1, 0, true]);
    assert.equal(typeof idle, 'number');
  }],
  ['Deregister Worker', async () => {
    const body = await new WorkerClient('worker-1', base).deregister();
    assert.deepEqual([body.success, body.workerId, typeof body.message], [true, 'worker-1', 'string']);
  }],
  ['Verify Worker Deregistration', async () => {
    assert.deepEqual((await listed()).map((worker) => worker.workerId), ['worker-2']);
  }],
  ['Cleanup Remaining Workers', async () => {
    for (const worker of await listed()) await call('DELETE', `/workers/${worker.workerId}`);
    assert.deepEqual(await listed(), []);
  }],
];

let failed = 0;
for (const [position, [name, run]] of cases.entries()) {
  const began = Date.now();
  const late = new Promise((_, refuse) => setTimeout(refuse, 10_000, new Error('no answer within 10 s')).unref());
  try {
    await Promise.race([run(), late]);
    console.log(`✓ ${position + 1}. ${name} (${Date.now() - began}ms)`);
  } catch (error) {
    failed += 1;
    console.log(`✗ ${position + 1}. ${name}: ${error}`);
  }
}
console.log(`Total Tests: ${cases.length}\nPassed: ${cases.length - failed}\nFailed: ${failed}`);
process.exit(failed ? 1 : 0);
