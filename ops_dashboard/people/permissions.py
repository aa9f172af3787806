"""What Django's admin asks for (`people.change_user`), answered from the table of roles.

An app says in its AppConfig which class of data each of its models is, as
`data_classes = {"goal": Data.DEFINITIONS}`; a model that is not listed is nobody's to see there.
"""

from django.apps import apps

from ops_dashboard.people.roles import Data, Reach, grant


def allows(role: str, permission: str) -> bool:
    """Whether `role` may view, or add, change and delete, rows of that model; everything or nothing."""
    app_label, _, codename = permission.partition(".")
    action, _, model = codename.partition("_")
    data = _classes(app_label).get(model)
    if data is None:
        return False
    granted = grant(role, data)
    return granted.reach is Reach.ALL and (action == "view" or granted.may_write)


def touches(role: str, app_label: str) -> bool:
    """Whether `role` may view any model of the app."""
    return any(grant(role, data).reach is Reach.ALL for data in _classes(app_label).values())


def _classes(app_label: str) -> dict[str, Data]:
    return getattr(apps.get_app_config(app_label), "data_classes", {})
