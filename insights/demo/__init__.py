"""The part of the demo that is about what people tell us."""
