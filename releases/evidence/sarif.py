"""SARIF 2.1.0: results by their effective level."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from common.bounded import Unfit
from releases.evidence import objects
from releases.evidence.objects import thing, things

VERSION: Final = "2.1.0"
LEVELS: Final = ("error", "warning", "note", "none")


def read(stream: BinaryIO) -> dict[str, Any]:
    """results, errors, warnings, notes, none, suppressed, runs. What a baseline knew and the scan no longer found is no result.

    Suppressed results count like others: whoever scans does not decide alone what to overlook. Raises Unfit.
    """
    log = objects.load(stream)
    version = log.get("version")
    if "runs" not in log or not isinstance(version, str):
        raise Unfit("It is JSON, but no SARIF: it lacks “version” or “runs”. Export the scan as SARIF 2.1.0.")
    if version != VERSION:
        raise Unfit(f"It is SARIF {version[:20]}, and {VERSION} is what is read here; have the scanner write that, or convert it.")
    levels: Counter[str] = Counter()
    suppressed = runs = 0
    for run in things(log["runs"], "runs"):
        runs += 1
        rules = _Rules(run)
        for result in things(run.get("results"), "results"):
            if result.get("baselineState") == "absent":
                continue
            levels[rules.level_of(result)] += 1
            suppressed += bool(result.get("suppressions"))
    return {
        "format": f"SARIF {VERSION}",
        "runs": runs,
        "results": levels.total(),
        "errors": levels["error"],
        "warnings": levels["warning"],
        "notes": levels["note"],
        "none": levels["none"],
        "suppressed": suppressed,
    }


class _Rules:
    """The rules of a run, which say the level of a result that does not."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        tool = thing(run.get("tool"))
        self.components = [thing(tool.get("driver")), *things(tool.get("extensions"), "extensions")]
        self.lists: list[Sequence[Any]] = [list(things(component.get("rules"), "rules")) for component in self.components]
        self.by_id: dict[str, Any] = {}
        for rule in (rule for rules in self.lists for rule in rules):
            self.by_id.setdefault(str(rule.get("id")), rule)

    def level_of(self, result: Mapping[str, Any]) -> str:
        """The effective level (SARIF 2.1.0, 3.27.10)."""
        if result.get("kind", "fail") != "fail":
            return "none"
        level = result.get("level")
        if level is None:
            configured = thing(thing(self._rule_of(result)).get("defaultConfiguration"))
            level = configured.get("level", "warning")
        if level not in LEVELS:
            raise Unfit(f"A result has the level “{str(level)[:40]}”, and SARIF knows {', '.join(LEVELS)}; export the scan anew.")
        return str(level)

    def _rule_of(self, result: Mapping[str, Any]) -> Any:
        reference = thing(result.get("rule"))
        component = thing(reference.get("toolComponent")).get("index", -1)
        rules = self.lists[component + 1] if isinstance(component, int) and 0 <= component < len(self.lists) - 1 else self.lists[0]
        index = result.get("ruleIndex", reference.get("index", -1))
        if isinstance(index, int) and 0 <= index < len(rules):
            return rules[index]
        name = str(result.get("ruleId", reference.get("id", "")))
        # `CA1000/1` is a finer name of what the rule CA1000 finds.
        return self.by_id.get(name) or self.by_id.get(name.rpartition("/")[0])
