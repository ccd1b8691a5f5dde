"""`python3 run.py bench [--scale N] [--only G1,G7]`: builds the reference data, measures, prints, writes docs/benchmarks.md."""

import argparse
import os
import sys

import django

# The database's owner of everything builds the data; what is measured is the same for every role.
os.environ["DATABASE_URL"] = os.environ.get("SUPERUSER_DATABASE_URL", os.environ.get("DATABASE_URL", ""))
os.environ |= {
    "LOG_LEVEL": "ERROR",
    "API_LIMIT_PER_MINUTE": "1000000",
    "DJANGO_SETTINGS_MODULE": "releasecal.settings",
    "STATIC_STORAGE": "plain",
}
django.setup()

from bench.conductor import conduct  # noqa: E402 - the settings read what was set above


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="the share of the reference size, 1 by default")
    parser.add_argument(
        "--only", default="", help="goals to measure, separated by commas; all by default, and only then the page is written"
    )
    options = parser.parse_args()
    return conduct(options.scale, frozenset(goal for goal in options.only.split(",") if goal))


if __name__ == "__main__":
    sys.exit(main())
