#!/usr/bin/env python3
"""Starts Releasecal, its tests or its benchmark from a fresh clone. Needs Python 3.11+ and nothing else."""

import sys

# Written so that any older Python can read this far.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Releasecal needs Python 3.11 or newer; this is %d.%d. Try: python3.11 run.py" % sys.version_info[:2])  # noqa: UP031

from releasecal.embedded import arguments, bootstrap

if __name__ == "__main__":
    wish = arguments.parse(sys.argv[1:])
    if wish.command == "start":
        arguments.refuse_taken_port(wish.port)
    bootstrap.enter(__file__)
    # Only now: these need what has just been installed.
    from releasecal.embedded import launcher, suite

    runs = {"start": launcher.run, "test": suite.run, "bench": suite.bench}
    sys.exit(runs[wish.command](wish))
