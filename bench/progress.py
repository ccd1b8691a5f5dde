"""What the benchmark says while it works."""

import sys
import time

_began = time.monotonic()


def say(line: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _began:7.1f} s  {line}\n")
    sys.stderr.flush()
