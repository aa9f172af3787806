"""The pages of quality, by what they are about."""
