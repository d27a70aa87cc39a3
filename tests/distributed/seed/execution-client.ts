type JobConfig = Record<string, unknown>;

class ExecutionClient {
  constructor(private apiUrl: string) {}

  async startExecution(workflowId: string, jobs: JobConfig[], parallelism?: number) {
    const response = await fetch(`${this.apiUrl}/api/distributed/execute`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ workflowId, jobs, parallelism }),
    });
    return response.json();
  }

  async getStatus(executionId: string) {
    const response = await fetch(
      `${this.apiUrl}/api/distributed/execute/${executionId}`
    );
    return response.json();
  }

  async pollUntilComplete(executionId: string, intervalMs = 1000) {
    while (true) {
      const result = await this.getStatus(executionId);
      if (['completed', 'failed', 'cancelled'].includes(result.execution.status)) {
        return result;
      }
      await new Promise(resolve => setTimeout(resolve, intervalMs));
    }
  }
}

export { ExecutionClient };
