from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ops_dashboard.people"
