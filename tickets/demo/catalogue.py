"""What the demo organisation is made of: sites, vendors, teams, channels, languages, reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class SiteSpec:
    """A place of work; `vendor` is the slug of the company that employs its people, if not us."""

    slug: str
    name: str
    zone: str
    country: str
    vendor: str = ""


class Pattern(Enum):
    """When a team works: its weekdays (Monday 0) and the local hours its eight-hour shifts begin."""

    OFFICE = ((0, 1, 2, 3, 4), (8, 9, 10))
    DAILY = ((0, 1, 2, 3, 4, 5, 6), (7, 10, 13))
    ROUND = ((0, 1, 2, 3, 4, 5, 6), (6, 14, 22))

    @property
    def days(self) -> tuple[int, ...]:
        return self.value[0]

    @property
    def starts(self) -> tuple[int, ...]:
        return self.value[1]


@dataclass(frozen=True, kw_only=True)
class TeamSpec:
    """One team. `share` is its part of all tickets in percent, `utilisation` its load over capacity.

    `languages` and `channels` are weights, `requesters` weights of the zones its requesters live in,
    `replies` the usual number of agent replies to a ticket, `reopens` the share of solves reopened.
    """

    slug: str
    name: str
    site: str
    function: str
    pattern: Pattern
    agents: int
    share: float
    utilisation: float
    languages: Mapping[str, float]
    channels: Mapping[str, float]
    requesters: Mapping[str, float]
    replies: float = 1.8
    reopens: float = 0.055


VENDORS = {"lanternbay": "Lanternbay Services", "cordoline": "Cordoline Contact"}
UNTIMED_VENDOR = "cordoline"  # its people log no time on tickets
SITES = (
    SiteSpec("austin", "Austin", "America/Chicago", "US"),
    SiteSpec("dublin", "Dublin", "Europe/Dublin", "IE"),
    SiteSpec("warsaw", "Warsaw", "Europe/Warsaw", "PL"),
    SiteSpec("manila", "Manila", "Asia/Manila", "PH", vendor="lanternbay"),
    SiteSpec("bogota", "Bogotá", "America/Bogota", "CO", vendor="cordoline"),
)

CHANNELS = {
    "in-app": "In-app",
    "email": "E-mail",
    "chat": "Chat",
    "web": "Web form",
    "social": "Social",
    "phone": "Phone",
    "portal": "Creator portal",
}
LIVE_CHANNELS = ("chat", "phone")
LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "pt": "Portuguese",
    "de": "German",
    "fr": "French",
    "it": "Italian",
    "pl": "Polish",
    "tr": "Turkish",
    "id": "Indonesian",
    "ja": "Japanese",
}
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}


@dataclass(frozen=True)
class ReasonSpec:
    """Why people write. `pressing` is the share that comes in as high or urgent."""

    slug: str
    label: str
    weight: float
    pressing: float = 0.08


REASONS: dict[str, tuple[ReasonSpec, ...]] = {
    "Account access": (
        ReasonSpec("password-reset", "Password reset", 34, 0.03),
        ReasonSpec("account-hacked", "Account hacked", 16, 0.55),
        ReasonSpec("code-not-received", "Login code not received", 22),
        ReasonSpec("account-banned", "Account banned", 16, 0.12),
        ReasonSpec("username-change", "Username change", 12, 0.01),
    ),
    "Payments & gifts": (
        ReasonSpec("payment-failed", "Payment failed", 26, 0.12),
        ReasonSpec("coins-missing", "Coins not received", 26, 0.12),
        ReasonSpec("refund", "Refund", 28),
        ReasonSpec("payout-delayed", "Payout delayed", 16, 0.22),
        ReasonSpec("gift-subscription", "Gift subscription", 4),
    ),
    "Creator support": (
        ReasonSpec("monetisation", "Monetisation eligibility", 30, 0.06),
        ReasonSpec("video-removed", "Video removed", 26, 0.18),
        ReasonSpec("music-rights", "Music rights", 16),
        ReasonSpec("verification-badge", "Verification badge", 16, 0.01),
        ReasonSpec("analytics-wrong", "Analytics look wrong", 12, 0.02),
    ),
    "Safety appeals": (
        ReasonSpec("appeal-removal", "Appeal of a removal", 40, 0.08),
        ReasonSpec("appeal-suspension", "Appeal of a suspension", 26, 0.18),
        ReasonSpec("harassment", "Harassment", 18, 0.45),
        ReasonSpec("impersonation", "Impersonation", 16, 0.3),
    ),
    "Technical issues": (
        ReasonSpec("playback", "Video will not play", 28),
        ReasonSpec("app-crash", "App crashes", 26, 0.1),
        ReasonSpec("upload-fails", "Upload fails", 24, 0.1),
        ReasonSpec("notifications", "Notifications", 12, 0.02),
        ReasonSpec("effects", "Effects and filters", 10, 0.02),
    ),
    "Ads & business": (
        ReasonSpec("ad-rejected", "Ad rejected", 38, 0.14),
        ReasonSpec("billing", "Billing", 28, 0.18),
        ReasonSpec("business-account", "Business account", 22),
        ReasonSpec("shop", "Shop set-up", 12),
    ),
    "Live & video": (
        ReasonSpec("live-access", "Live access", 34, 0.06),
        ReasonSpec("stream-quality", "Stream quality", 30, 0.14),
        ReasonSpec("live-ended", "Live ended by moderation", 24, 0.24),
        ReasonSpec("gift-display", "Gifts not shown", 12, 0.05),
    ),
    "Privacy requests": (
        ReasonSpec("data-export", "Data export", 40, 0.02),
        ReasonSpec("account-deletion", "Account deletion", 40, 0.04),
        ReasonSpec("minor-account", "Account of a minor", 20, 0.5),
    ),
}

_APP = {"in-app": 48, "email": 20, "chat": 16, "web": 10, "social": 6}
_CALLS = {"in-app": 40, "email": 18, "chat": 18, "web": 12, "phone": 12}
_CREATORS = {"portal": 46, "email": 30, "in-app": 16, "social": 8}
_AMERICAS = {"America/Chicago": 0.6, "America/New_York": 0.4}
_LATIN = {"America/Bogota": 0.6, "America/Sao_Paulo": 0.4}
_EUROPE = {"Europe/London": 0.4, "Europe/Warsaw": 0.6}
_WORLD = {"America/Chicago": 0.35, "Europe/London": 0.25, "Asia/Manila": 0.4}
_EU_LANGUAGES = {"en": 34, "de": 24, "fr": 24, "it": 18}
_EAST = {"pl": 34, "de": 30, "tr": 20, "fr": 16}

TEAMS = (
    TeamSpec(
        slug="access-austin", name="Account access Austin", site="austin", function="Account access",
        pattern=Pattern.DAILY, agents=18, share=9.5, utilisation=0.84,
        languages={"en": 90, "es": 10}, channels=_APP, requesters=_AMERICAS, replies=1.5,
    ),
    TeamSpec(
        slug="access-bogota", name="Account access Bogotá", site="bogota", function="Account access",
        pattern=Pattern.DAILY, agents=18, share=8.5, utilisation=0.88,
        languages={"es": 66, "pt": 34}, channels=_APP, requesters=_LATIN, replies=1.5,
    ),
    TeamSpec(
        slug="access-warsaw", name="Account access Warsaw", site="warsaw", function="Account access",
        pattern=Pattern.DAILY, agents=14, share=6.5, utilisation=0.82,
        languages=_EAST, channels=_APP, requesters=_EUROPE, replies=1.5,
    ),
    TeamSpec(
        slug="payments-austin", name="Payments & gifts Austin", site="austin", function="Payments & gifts",
        pattern=Pattern.DAILY, agents=16, share=8, utilisation=0.79,
        languages={"en": 80, "es": 20}, channels=_CALLS, requesters=_AMERICAS, replies=2.1,
    ),
    TeamSpec(
        slug="payments-dublin", name="Payments & gifts Dublin", site="dublin", function="Payments & gifts",
        pattern=Pattern.OFFICE, agents=14, share=6, utilisation=0.78,
        languages=_EU_LANGUAGES, channels=_CALLS, requesters=_EUROPE, replies=2.1,
    ),
    TeamSpec(
        slug="creators-austin", name="Creator support Austin", site="austin", function="Creator support",
        pattern=Pattern.OFFICE, agents=14, share=6, utilisation=0.84,
        languages={"en": 74, "es": 18, "pt": 8}, channels=_CREATORS, requesters=_AMERICAS, replies=2.2,
    ),
    TeamSpec(
        slug="creators-dublin", name="Creator support Dublin", site="dublin", function="Creator support",
        pattern=Pattern.OFFICE, agents=18, share=7, utilisation=0.68,
        languages=_EU_LANGUAGES, channels=_CREATORS, requesters=_EUROPE, replies=2.2,
    ),
    TeamSpec(
        slug="safety-dublin", name="Safety appeals Dublin", site="dublin", function="Safety appeals",
        pattern=Pattern.DAILY, agents=16, share=7, utilisation=0.82,
        languages={"en": 40, "de": 20, "fr": 16, "it": 12, "pl": 12},
        channels={"in-app": 62, "email": 26, "web": 12}, requesters=_EUROPE, replies=1.3,
    ),
    TeamSpec(
        slug="safety-manila", name="Safety appeals Manila", site="manila", function="Safety appeals",
        pattern=Pattern.ROUND, agents=22, share=10, utilisation=0.86,
        languages={"en": 62, "id": 26, "ja": 12},
        channels={"in-app": 70, "email": 20, "web": 10}, requesters=_WORLD, replies=1.3,
    ),
    TeamSpec(
        slug="technical-manila", name="Technical issues Manila", site="manila", function="Technical issues",
        pattern=Pattern.ROUND, agents=26, share=12, utilisation=0.81,
        languages={"en": 64, "id": 24, "ja": 12}, channels=_APP, requesters=_WORLD, replies=1.9,
    ),
    TeamSpec(
        slug="technical-warsaw", name="Technical issues Warsaw", site="warsaw", function="Technical issues",
        pattern=Pattern.DAILY, agents=14, share=6.5, utilisation=0.87,
        languages=_EAST, channels=_APP, requesters=_EUROPE, replies=1.9,
    ),
    TeamSpec(
        slug="business-dublin", name="Ads & business Dublin", site="dublin", function="Ads & business",
        pattern=Pattern.OFFICE, agents=12, share=4, utilisation=0.78,
        languages={"en": 56, "de": 18, "fr": 16, "it": 10},
        channels={"email": 48, "web": 26, "phone": 14, "chat": 12}, requesters=_EUROPE, replies=2.4,
    ),
    TeamSpec(
        slug="live-bogota", name="Live & video Bogotá", site="bogota", function="Live & video",
        pattern=Pattern.DAILY, agents=12, share=6.5, utilisation=0.78,
        languages={"es": 46, "en": 34, "pt": 20}, channels=_APP, requesters=_LATIN, replies=1.4, reopens=0.13,
    ),
    TeamSpec(
        slug="privacy-warsaw", name="Privacy requests Warsaw", site="warsaw", function="Privacy requests",
        pattern=Pattern.OFFICE, agents=6, share=2.5, utilisation=0.74,
        languages={"en": 40, "de": 26, "pl": 20, "fr": 14},
        channels={"email": 56, "web": 44}, requesters=_EUROPE, replies=1.6,
    ),
)  # fmt: skip
NIGHT_TEAM = "technical-manila"
# fmt: off
GIVEN_NAMES = (
    "Adaeze", "Amara", "Anouk", "Aroha", "Aylin", "Bao", "Beatriz", "Callum", "Chiara", "Daoud", "Dario", "Efua",
    "Eilidh", "Emeka", "Farah", "Fionn", "Giulia", "Hana", "Hugo", "Ines", "Isolde", "Iwo", "Jaya", "Jonas",
    "Kaito", "Kasia", "Kofi", "Lamia", "Leif", "Linh", "Luca", "Maren", "Mateus", "Mei", "Milan", "Mira", "Nadia",
    "Niko", "Noor", "Oisin", "Olena", "Paloma", "Priya", "Quentin", "Rafael", "Rosa", "Saoirse", "Selim", "Soren",
    "Tala", "Tariq", "Teresa", "Umar", "Veda", "Wojtek", "Xochitl", "Yara", "Yusuf", "Zofia", "Zuri",
)
# fmt: on
INITIALS = "ABCDEFGHKLMNPRSTVWYZ"
