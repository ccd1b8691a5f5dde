#!/usr/bin/env python3
"""Django's commands, from a fresh clone too: installs what is missing and starts the embedded servers where none are named."""

import importlib.util
import sys

# Written so that any older Python can read this far.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Releasecal needs Python 3.11 or newer; this is %d.%d. Try: python3.11 manage.py" % sys.version_info[:2])  # noqa: UP031

from releasecal.embedded import bootstrap

if __name__ == "__main__":
    if importlib.util.find_spec("django") is None:
        bootstrap.enter(__file__)
    # Only now: this needs what has just been installed.
    from releasecal.embedded import administration

    administration.run(sys.argv)
