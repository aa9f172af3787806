"""Panels that count single tickets, which some readers may not see."""

from ops_dashboard.metrics.query import NotYours, Reader

SMALL_COUNTS = ("sees_small_cells",)  # rights of a panel


def refuse_small_cells(reader: Reader) -> None:
    """NotYours."""
    if reader.scope.small_cells_hidden:
        raise NotYours("This panel counts few tickets at a time, which your role may not see.")
