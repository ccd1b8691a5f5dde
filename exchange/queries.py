"""Exports: what there is of a noun, as a file that could be imported again."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import User
from common.refusals import BadInput, RuleBroken
from exchange.formats.bounds import Unfit
from exchange.formats.milestones import Told, as_ics
from exchange.formats.tables import WRITERS
from exchange.kinds.holdings import HOLDINGS, table, template
from exchange.vocabulary import GREATEST_NUMBER_OF_ROWS

FORMATS: Final = ("csv", "xlsx", "ics", "json")
ONLY_MILESTONES: Final = "Only milestones go into a calendar file that can be imported again; choose csv, xlsx or json."


def export(noun: str, form: str, user: User, *, given: Mapping[str, Any] | None = None, words: str = "") -> tuple[bytes, list[str]]:
    """What `user` may see of a noun as a file, narrowed by the noun's filters (`given`) and search words; and the columns left out.

    Raises BadInput for an unknown noun, format or filter value, RuleBroken when it is more than one import takes.
    """
    _look_at(noun, form)
    holding = HOLDINGS[noun]
    found = holding.visible_to(user)
    if given:
        chosen = holding.filters(given, queryset=found)
        for name, sentences in chosen.form.errors.items():
            raise BadInput(f"{name}: {sentences[0]}", errors={name: [str(sentence) for sentence in sentences]})
        found = holding.model.objects.filter(pk__in=chosen.qs.order_by().values("pk"))
    if words:
        found = found.matching(words)  # type: ignore[attr-defined]  # every noun here has this phrase
    number = found.order_by().values("pk")[: GREATEST_NUMBER_OF_ROWS + 1].count()
    if number > GREATEST_NUMBER_OF_ROWS:
        raise RuleBroken(f"These are more than the {GREATEST_NUMBER_OF_ROWS:,} rows that one import takes; narrow them by filters.")
    if form == "ics":
        return as_ics(_told(found)), []
    made = table(holding, found, user)
    return _write(noun, form, made.header, made.rows), made.left_out


def example(noun: str, form: str) -> bytes:
    """A file to begin with: the columns of a noun and an example row. Raises BadInput for what is none."""
    _look_at(noun, form)
    if form not in ("csv", "xlsx"):
        raise BadInput("Templates come as csv or xlsx.")
    made = template(noun)
    return _write(noun, form, made.header, made.rows)


def _look_at(noun: str, form: str) -> None:
    if noun not in HOLDINGS:
        raise BadInput(f"There is nothing called “{noun[:40]}” to export; there are {', '.join(HOLDINGS)}.")
    if form not in FORMATS:
        raise BadInput(f"“{form[:40]}” is no format of ours; choose one of {', '.join(FORMATS)}.")
    if form == "ics" and noun != "milestones":
        raise BadInput(ONLY_MILESTONES)


def _write(noun: str, form: str, header: list[str], rows: Any) -> bytes:
    try:
        return WRITERS[form](noun, header, rows)
    except Unfit as error:
        raise RuleBroken(error.problem) from None


def _told(found: QuerySet[Any, Any]) -> Iterator[Told]:
    columns = ("pk", "project__code", "program__code", "code", "name", "description", "starts_on", "ends_on", "updated_at")
    for pk, project, program, *told, cancelled_at in found.order_by("pk").values_list(*columns, "cancelled_at"):
        of = f"project:{project}" if project else f"program:{program}" if program else ""
        yield (pk, of, *told, cancelled_at is not None)
