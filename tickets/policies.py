"""The only writer of calendar and policy versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from ops_dashboard.people import audit
from tickets.models import BusinessCalendar, SlaPolicy
from tickets.policy_file import Definition, PolicyFile
from tickets.rejudging import Touched, owe

_LOCK = 7_203_003


@dataclass(frozen=True)
class Loaded:
    """Names that got a new version. `reaches_past` tells that it counts since ever for some of them, `moves_past`
    that a policy takes a new version of its calendar for all time."""

    calendars: tuple[str, ...]
    policies: tuple[str, ...]
    unchanged: int
    reaches_past: bool
    moves_past: bool

    @property
    def is_change(self) -> bool:
        return bool(self.calendars or self.policies)

    @property
    def touched(self) -> Touched:
        """What counts since ever reaches every ticket; calendars as from now those that still run."""
        if self.reaches_past or self.moves_past:
            return Touched.ALL
        return Touched.UNSOLVED if self.calendars else Touched.NONE


def known_calendars() -> set[str]:
    """Names that a policy may refer to."""
    return set(BusinessCalendar.objects.filter(is_retired=False).values_list("name", flat=True))


@transaction.atomic
def load(document: PolicyFile, *, restate: bool = False, by: str = "", rejudges: bool = True) -> Loaded:
    """Make a new version of whatever differs from its present one; what the file does not name stays.

    The first version of a name counts since ever, a later one from now on. With `restate` it counts
    since ever instead and those before it never again, which the audit trail records. The tickets that
    the change reaches are owed another judgement (see `rejudging`), unless `rejudges` is false.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    now = timezone.now().replace(microsecond=0)
    calendars = [
        version
        for definition in document.calendars.values()
        if (version := _renew(BusinessCalendar, definition, now=now, restate=restate, by=by))
    ]
    policies = [
        version
        for definition in document.policies.values()
        if (version := _renew(SlaPolicy, definition, now=now, restate=restate, by=by, order=definition["order"]))
    ]
    loaded = Loaded(
        calendars=tuple(version.name for version in calendars),
        policies=tuple(version.name for version in policies),
        unchanged=len(document.calendars) + len(document.policies) - len(calendars) - len(policies),
        reaches_past=any(version.valid_from is None for version in [*calendars, *policies]),
        moves_past=SlaPolicy.objects.filter(
            is_retired=False,
            definition__calendar_versions="last",
            definition__calendar__in=[version.name for version in calendars],
        ).exists(),
    )
    if loaded.is_change:
        deed = "policies_restated" if restate else "policies_loaded"
        names: dict[str, audit.Detail] = {"calendars": list(loaded.calendars), "policies": list(loaded.policies)}
        audit.record(by, deed, "service levels", **names)
    if rejudges:
        owe(loaded.touched)
    return loaded


def remove(*, loaded_by: str) -> int:
    """Delete the versions that somebody loaded, once no promise rests on them; returns how many."""
    loaded = [model.objects.filter(loaded_by=loaded_by) for model in (SlaPolicy, BusinessCalendar)]
    return sum(versions.delete()[0] for versions in loaded)


def _renew(
    model: type[BusinessCalendar] | type[SlaPolicy],
    definition: Definition,
    *,
    now: datetime,
    restate: bool,
    by: str,
    **columns: Any,
) -> BusinessCalendar | SlaPolicy | None:
    """A new version of `definition`; None where the present one says the same."""
    name = definition["name"]
    versions = model.objects.filter(name=name)
    present = versions.filter(is_retired=False, valid_to=None).first()
    if present and present.definition == definition and not (restate and present.valid_from):
        return None
    valid_from = now if present and not restate else None
    if restate:
        versions.update(is_retired=True)
    elif present and present.valid_from == now:  # it has counted for no second
        model.objects.filter(pk=present.pk).update(is_retired=True, valid_to=now)
    elif present:
        model.objects.filter(pk=present.pk).update(valid_to=now)
    number = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    return model.objects.create(
        name=name, version=number, definition=definition, valid_from=valid_from, loaded_by=by[:150], **columns
    )
