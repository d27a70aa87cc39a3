// poll.ts EXECUTION-JOBS-AS-JSON: starts an execution with the contract's client and waits for its end with it.
import { ExecutionClient } from './execution-client.mjs';

const client = new ExecutionClient(process.env.API_BASE_URL!);
const started = await client.startExecution('polled', JSON.parse(process.argv[2]!));
const ended = await client.pollUntilComplete(started.executionId, 50);
console.log(JSON.stringify(ended.execution));
