"""Celery: work outside the request, and the clock that rings for it.

Work owed stands in the database; a message only rings the bell and carries ids, so a lost one costs time
and nothing else. A worker whose broker dies exits, and its supervisor starts it again.
"""

import os

from celery import Celery

from ops_dashboard.environment import Environment

TASK_LIMIT_S = 600

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
        "deliver digests": {"task": "insights.tasks.deliver", "schedule": 60.0, "options": {"expires": 60}},
        "draft digests": {"task": "insights.tasks.draft_digests", "schedule": 3600.0, "options": {"expires": 3600}},
        "look at themes": {"task": "insights.tasks.look", "schedule": 1800.0, "options": {"expires": 1800}},
        "draw samples": {
            "task": "quality.tasks.draw_samples",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "count the day": {"task": "workforce.tasks.count_day", "schedule": 300.0, "options": {"expires": 300}},
        "forecast queues": {
            "task": "workforce.tasks.forecast_due",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "read tickets": {"task": "insights.tasks.read_tickets", "schedule": 180.0, "options": {"expires": 180}},
        "close broken-off imports": {
            "task": "tickets.tasks.close_broken_off",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "close broken-off imports of feedback": {
            "task": "insights.tasks.close_broken_off",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "forget rejected rows": {
            "task": "tickets.tasks.forget_rejections",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "forget rejected feedback": {
            "task": "insights.tasks.forget_rejections",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "judge again": {"task": "tickets.tasks.judge_again", "schedule": 60.0, "options": {"expires": 60}},
        "refill": {"task": "ops_dashboard.metrics.tasks.refill", "schedule": 60.0, "options": {"expires": 60}},
        "clear sessions": {
            "task": "ops_dashboard.people.tasks.clear_sessions",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "check freshness": {
            "task": "ops_dashboard.metrics.tasks.check_freshness",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "suggest themes": {
            "task": "insights.tasks.suggest_themes",
            "schedule": 900.0,
            "options": {"expires": 900},
        },
        "sweep feedback": {
            "task": "insights.tasks.sweep_feedback",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
    },
)
app.set_default()
app.autodiscover_tasks()
