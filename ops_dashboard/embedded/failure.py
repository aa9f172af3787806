"""What can go wrong with the embedded servers, in words for the person who started the command."""


class ServersFailed(RuntimeError):
    """The embedded servers cannot be had; the message says why and what to do."""
