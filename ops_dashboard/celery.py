"""Celery: work outside the request, and the clock that rings for it.

Work owed stands in the database; a message only rings the bell and carries ids, so a lost one costs time
and nothing else. A worker whose broker dies exits, and its supervisor starts it again.
"""

import os

from celery import Celery

from ops_dashboard.environment import TASK_LIMIT_S, Environment
from ops_dashboard.metrics.cycle import REFILL_EVERY_S

# How often each task is rung for, in seconds; a bell that nobody has heard by the next one is dropped.
EVERY_S = {
    "insights.tasks.deliver": 60,
    "tickets.tasks.close_broken_off": 60,
    "insights.tasks.close_broken_off": 60,
    "tickets.tasks.judge_again": 60,
    "ops_dashboard.metrics.tasks.refill": REFILL_EVERY_S,
    "ops_dashboard.metrics.tasks.check_freshness": 60,
    "insights.tasks.read_tickets": 180,
    "workforce.tasks.count_day": 300,
    "insights.tasks.suggest_themes": 900,
    "insights.tasks.look": 1800,
    "insights.tasks.draft_digests": 3600,
    "quality.tasks.draw_samples": 3600,
    "workforce.tasks.forecast_due": 3600,
    "tickets.tasks.forget_rejections": 3600,
    "insights.tasks.forget_rejections": 3600,
    "ops_dashboard.metrics.tasks.look_at_alerts": 900,
    "ops_dashboard.people.tasks.clear_sessions": 3600,
    "insights.tasks.sweep_feedback": 3600,
}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ops_dashboard.settings")

app = Celery("ops_dashboard")
app.conf.update(
    broker_url=Environment.read(os.environ).redis_url,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 2 * TASK_LIMIT_S,  # longer than any task may take, else it would run twice
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,  # a killed worker's task is back in half a minute instead of two
        "socket_timeout": 15,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=TASK_LIMIT_S,
    task_soft_time_limit=TASK_LIMIT_S - 60,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_scheduler="ops_dashboard.beat:OneBeat",
    beat_max_loop_interval=5,
    beat_schedule={
        task: {"task": task, "schedule": float(every), "options": {"expires": every}} for task, every in EVERY_S.items()
    },
)
app.set_default()
app.autodiscover_tasks()
