"""What Celery does for quality."""

from celery import shared_task

from ops_dashboard.metrics.query import today
from quality import samples


@shared_task(name="quality.tasks.draw_samples")
def draw_samples() -> int:
    """Draw last week's samples; safe to run twice, since what was drawn already stays as it is."""
    return samples.draw_due(today=today())
