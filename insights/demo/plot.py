"""What the demo's reviews are about: areas, themes by ticket reason, and how each is put in a review."""

from dataclasses import dataclass

# Product area, its name, and the support function whose reasons are its themes.
AREAS = {
    "Account access": ("account", "Account"),
    "Payments & gifts": ("payments", "Payments"),
    "Creator support": ("creator", "Creators"),
    "Safety appeals": ("safety", "Trust and safety"),
    "Technical issues": ("technical", "Playback and app"),
    "Ads & business": ("ads", "Ads"),
    "Live & video": ("live", "Live"),
    "Privacy requests": ("privacy", "Privacy"),
}
REVIEWS = "app-reviews"
OPENINGS = (
    "", "Since the last update ", "Again: ", "Third time this month, ", "Please look at this: ", "Love the app, but ",
)  # fmt: skip
ENDINGS = (
    "", " Please fix it.", " Nobody answers.", " It used to work.", " Others say the same.", " Two stars until then.",
)  # fmt: skip
PHRASES = {
    "password-reset": "the link to reset a password never works.",
    "account-hacked": "somebody got into my account and the form leads nowhere.",
    "code-not-received": "the login code does not arrive.",
    "account-banned": "banned without a word of explanation.",
    "username-change": "changing the username is impossible.",
    "payment-failed": "my payment fails although the card is fine.",
    "coins-missing": "paid for coins and they never arrived.",
    "refund": "waiting for a refund for weeks.",
    "payout-delayed": "the payout takes longer every time.",
    "gift-subscription": "the subscription that I gave away was never delivered.",
    "monetisation": "nobody says what is missing for monetisation.",
    "video-removed": "a harmless video was removed.",
    "music-rights": "my own music is muted.",
    "verification-badge": "the badge was refused without a reason.",
    "analytics-wrong": "the view counts in analytics do not add up.",
    "appeal-removal": "the appeal was closed in a minute, nobody read it.",
    "appeal-suspension": "suspended by mistake and no way to appeal.",
    "harassment": "reports of harassment change nothing.",
    "impersonation": "a copy of my profile is still there.",
    "playback": "videos stop after some seconds.",
    "app-crash": "the app closes itself when I open comments.",
    "upload-fails": "uploads hang at the end and start all over.",
    "notifications": "notifications come hours late or not at all.",
    "effects": "the new effects freeze the camera.",
    "ad-rejected": "the ad was rejected and the reason says nothing.",
    "billing": "billed twice for one campaign.",
    "business-account": "the business account cannot be linked.",
    "shop": "the shop page stays empty after set-up.",
    "live-access": "enough followers, still no access to live.",
    "stream-quality": "the live picture breaks up every minute.",
    "live-ended": "my live was ended in the middle of it.",
    "gift-display": "gifts that viewers send are not shown in the live.",
    "data-export": "the export of my data is empty.",
    "account-deletion": "the account cannot be deleted.",
    "minor-account": "my child's account is locked and nobody helps.",
}


# What no reason of a ticket tells: it was found by reading, and is known by these words.
CAPTIONS, CAPTIONS_OF = "captions", "Creator support"
CAPTIONS_NAME = "Captions in one's language"
CAPTIONS_MEAN = "Automatic captions, or help pages, are missing in the language that somebody speaks."
CAPTIONS_WORDS = ("sottotitoli", "captions")


@dataclass(frozen=True)
class Swing:
    """Reviews about a theme times `factor`, from so many days before now until so many; `grows` up to it evenly."""

    theme: str
    factor: float
    since: int
    until: int = 0
    grows: bool = False


SWINGS = (
    Swing("upload-fails", 5.0, since=23, until=15),
    Swing("payout-delayed", 3.5, since=63, grows=True),
    Swing("gift-display", 3.0, since=6),
    Swing("stream-quality", 2.2, since=4),
    Swing("coins-missing", 0.2, since=62),
    Swing("code-not-received", 0.6, since=28),
)
