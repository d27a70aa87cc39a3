import os from 'os';

class WorkerClient {
  constructor(
    private workerId: string,
    private apiUrl: string
  ) {}

  async register(capabilities: string[], maxConcurrency: number) {
    const response = await fetch(`${this.apiUrl}/api/distributed/workers/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        workerId: this.workerId,
        hostname: os.hostname(),
        pid: process.pid,
        capabilities,
        maxConcurrency,
      }),
    });
    return response.json();
  }

  async heartbeat(currentLoad: number) {
    const response = await fetch(
      `${this.apiUrl}/api/distributed/workers/${this.workerId}/heartbeat`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ currentLoad }),
      }
    );
    return response.json();
  }

  async deregister() {
    const response = await fetch(
      `${this.apiUrl}/api/distributed/workers/${this.workerId}`,
      { method: 'DELETE' }
    );
    return response.json();
  }
}

export { WorkerClient };
