"""Who works, where, for whom; and who may sign in."""

from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from ops_dashboard.people import permissions
from ops_dashboard.people.dated import Dated, ends_after_start, one_at_a_time
from ops_dashboard.people.roles import Role, Scope


class Site(models.Model):
    """A place of work; its zone is where its people's days are cut."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=60, default="UTC")

    def __str__(self) -> str:
        return self.name


class Vendor(models.Model):
    """A company that employs agents for us."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name


class Teams(models.QuerySet["Team"]):
    def visible_to(self, scope: Scope) -> Self:
        """Those that the reader may choose among."""
        return self if scope.teams is None else self.filter(pk__in=scope.teams)


class Team(models.Model):
    """Who works together on a kind of ticket. Id 0 never exists: code 0 means no team."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    vendor = models.ForeignKey(Vendor, null=True, blank=True, on_delete=models.PROTECT)
    support_function = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)

    objects = Teams.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """A person who answers tickets."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Membership(Dated):
    """An agent belongs to a team for a time."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")

    subject = ("agent",)  # whoever joins a team leaves the one before

    class Meta:
        constraints = [
            ends_after_start("membership"),
            one_at_a_time("membership", "agent", "team"),
            models.UniqueConstraint(fields=["agent", "team", "valid_from"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.when()}"


class User(AbstractUser):
    """Someone who signs in. A user without a role sees nothing."""

    role = models.CharField(max_length=20, choices=Role.choices, blank=True, default="")
    teams = models.ManyToManyField(Team, blank=True, related_name="users")
    agent = models.OneToOneField(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="user")
    product_areas = models.JSONField(default=list, blank=True)
    access_epoch = models.PositiveIntegerField(default=0, editable=False)  # grows when access changes

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="user_role_known"),
        ]

    @property
    def shown_name(self) -> str:
        """Their name, or what they sign in with where none is known."""
        return self.get_full_name() or self.username

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """As the role grants; being a Django superuser adds nothing."""
        return self.is_active and permissions.allows(self.role, perm)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and permissions.touches(self.role, app_label)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still match: it ends when the password or the access changes."""
        value = f"{self.password}/{self.role}/{self.access_epoch}"
        return salted_hmac("ops_dashboard.people.session", value, secret=secret, algorithm="sha256").hexdigest()


class ApiToken(models.Model):
    """A key by which a program acts for a user, with some of the user's rights. Only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)  # what uses it
    hint = models.CharField(max_length=12)  # how it begins, to tell one from another
    digest = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list)  # of Scope
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_expires_after_it_is_made")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class AuditEntry(models.Model):
    """Who did or saw what sensitive thing. Append-only; rows chain by hash."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
