curl -X POST http://localhost:3000/api/distributed/workers/register \
  -H "Content-Type: application/json" \
  -d '{
    "workerId": "worker-1",
    "hostname": "worker-node-1",
    "capabilities": ["cpu", "high-memory"],
    "maxConcurrency": 4,
    "metadata": {
      "cpuCores": 8,
      "memoryGB": 32
    }
  }'

curl -X POST http://localhost:3000/api/distributed/execute \
  -H "Content-Type: application/json" \
  -d '{
    "workflowId": "training-pipeline-1",
    "jobs": [
      {
        "id": "job-1",
        "name": "Data Preprocessing",
        "type": "preprocessing",
        "dependsOn": [],
        "config": {}
      }
    ]
  }'

curl http://localhost:3000/api/distributed/execute/exec-123

curl http://localhost:3000/api/distributed/health
