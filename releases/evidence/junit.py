"""JUnit XML, as many tools write it: the cases count, not what the heads of suites say of them."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from common.bounded import Unfit
from releases.evidence import markup

ROOTS = frozenset({"testsuites", "testsuite"})


class _Tally:
    """Counts while the document streams by. A case fails by a failure, else is in error, else skipped, else it passed.

    What a tool tried again and saw pass (`flakyFailure`, `rerunFailure` and the like) is told by elements of other names.
    """

    def __init__(self) -> None:
        self.suites = self.tests = self.failed = self.errored = self.skipped = self.said = 0
        self.found: set[str] = set()

    def begin(self, path: Sequence[str], namespace: str, attributes: Mapping[str, str]) -> None:
        if len(path) == 1 and path[0] not in ROOTS:
            raise Unfit(f"It begins with <{path[0][:60]}>, and JUnit XML with <testsuites> or <testsuite>; export it as JUnit XML.")
        if path[-1] == "testsuite":
            self.suites += 1
            said = attributes.get("tests", "")
            self.said += int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
        elif path[-1] == "testcase":
            self.tests += 1
            self.found = {"skipped"} if attributes.get("status") == "notrun" else set()
        elif len(path) > 1 and path[-2] == "testcase":
            self.found.add(path[-1])

    def end(self, path: Sequence[str]) -> None:
        if path[-1] != "testcase":
            return
        if "failure" in self.found:
            self.failed += 1
        elif "error" in self.found:
            self.errored += 1
        elif "skipped" in self.found:
            self.skipped += 1


def read(stream: BinaryIO) -> dict[str, Any]:
    """suites, tests, failed, errored, skipped, passed. Raises Unfit."""
    tally = _Tally()
    markup.walk(stream, tally.begin, tally.end)
    if tally.said and not tally.tests:
        raise Unfit(f"It says there were {tally.said:,} tests and lists none of them; export the cases too.")
    bad = tally.failed + tally.errored + tally.skipped
    return {
        "format": "JUnit XML",
        "suites": tally.suites,
        "tests": tally.tests,
        "failed": tally.failed,
        "errored": tally.errored,
        "skipped": tally.skipped,
        "passed": tally.tests - bad,
    }
