"""`python -m ops_dashboard.embedded VAR`: the keeper's process. Commands start it; nobody has to."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.keeper import failure_file, keep


class Leave(BaseException):
    """Somebody asked the keeper to go."""


def leave(_signal: int, _frame: FrameType | None) -> None:
    raise Leave


def main() -> int:
    parser = argparse.ArgumentParser(description="Keep the embedded servers of one OPS_VAR while they are used.")
    parser.add_argument("var", type=Path)
    parser.add_argument("--forgetful", action="store_true", help="for throw-away data: nothing is synced to disk")
    arguments = parser.parse_args()
    os.umask(0o077)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        keep(arguments.var, is_durable=not arguments.forgetful)
    except Leave:
        return 0
    except (ServersFailed, OSError) as error:
        failure_file(arguments.var).write_text(str(error), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
