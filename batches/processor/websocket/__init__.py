"""Updates of batches over a WebSocket, at /ws/batch-processor."""
