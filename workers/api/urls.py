"""`/api/distributed/...`. What ends in a word stands before the name alone: names may hold any character."""

from django.urls import URLPattern, path

from workers.api import claims, execute, explain, health, jobs, queue, queues, schedules, steering, workers

urlpatterns: list[URLPattern] = [
    path("workers/register", workers.RegisterView.as_view(), name="worker-register"),
    path("workers", workers.WorkersView.as_view(), name="workers"),
    path("workers/<str:worker_id>", workers.WorkerView.as_view(), name="worker"),
    path("workers/<str:worker_id>/heartbeat", workers.HeartbeatView.as_view(), name="worker-heartbeat"),
    path("workers/<str:worker_id>/claim", claims.ClaimView.as_view(), name="worker-claim"),
    path("workers/<str:worker_id>/complete", claims.CompleteView.as_view(), name="worker-complete"),
    path("workers/<str:worker_id>/fail", claims.FailView.as_view(), name="worker-fail"),
    path("workers/<str:worker_id>/release", claims.ReleaseView.as_view(), name="worker-release"),
    path("workers/<str:worker_id>/checkpoint", claims.CheckpointView.as_view(), name="worker-checkpoint"),
    path("workers/<str:worker_id>/extend", claims.ExtendView.as_view(), name="worker-extend"),
    path("queue/stats", queue.StatsView.as_view(), name="queue-stats"),
    path("queue/pause", queue.PauseView.as_view(), name="queue-pause"),
    path("queue/resume", queue.ResumeView.as_view(), name="queue-resume"),
    path("queues", queues.QueuesView.as_view(), name="queues"),
    path("queues/<path:name>/drain", queues.DrainView.as_view(), name="queue-drain"),
    path("queues/<path:name>/throughput", queues.ThroughputView.as_view(), name="queue-throughput"),
    path("queues/<path:name>", queues.QueueView.as_view(), name="queue"),
    path("execute", execute.ExecutionsView.as_view(), name="executions"),
    path("execute/<str:execution_id>", execute.ExecutionView.as_view(), name="execution"),
    path("execute/<str:execution_id>/jobs", jobs.JobsView.as_view(), name="execution-jobs"),
    path("execute/<str:execution_id>/explain", explain.ExplainExecutionView.as_view(), name="execution-explain"),
    path("execute/<str:execution_id>/jobs/<path:job_id>/explain", explain.ExplainJobView.as_view(), name="job-explain"),
    path("execute/<str:execution_id>/jobs/<path:job_id>", jobs.JobView.as_view(), name="execution-job"),
    path("execute/<str:execution_id>/cancel", steering.CancelView.as_view(), name="execution-cancel"),
    path("execute/<str:execution_id>/retry", steering.RetryView.as_view(), name="execution-retry"),
    path("execute/<str:execution_id>/rerun", steering.RerunView.as_view(), name="execution-rerun"),
    path("schedules", schedules.SchedulesView.as_view(), name="schedules"),
    path("schedules/<path:name>/run", schedules.RunView.as_view(), name="schedule-run"),
    path("schedules/<path:name>", schedules.ScheduleView.as_view(), name="schedule"),
    path("health", health.HealthView.as_view(), name="engine-health"),
]
