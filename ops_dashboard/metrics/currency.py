"""Money: one currency a deployment, kept as whole minor units."""

# ISO 4217: currencies whose minor unit is not a hundredth.
_NO_DIGITS = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF"}
_THREE_DIGITS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def digits(currency: str) -> int:
    """Digits of the minor unit: 2 for USD, 0 for JPY."""
    return 0 if currency in _NO_DIGITS else 3 if currency in _THREE_DIGITS else 2


def minor_units(currency: str) -> int:
    """Minor units in one unit: 100 cents."""
    return int(10 ** digits(currency))
