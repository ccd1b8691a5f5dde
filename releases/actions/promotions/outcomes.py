"""How each item of a promotion ended; what is where follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from common.refusals import RuleBroken
from releases.models import Promotion, PromotionItem
from releases.queries.contents import items_in
from releases.vocabulary import SUCCESSES, ItemOutcome, PromotionStatus

#: How the items ended of which nothing is said.
_UNSAID: Final[Mapping[PromotionStatus, ItemOutcome]] = {
    PromotionStatus.SUCCEEDED: ItemOutcome.SUCCEEDED,
    PromotionStatus.SUCCEEDED_WITH_ISSUES: ItemOutcome.SUCCEEDED,
    PromotionStatus.FAILED: ItemOutcome.FAILED,
    PromotionStatus.ROLLED_BACK: ItemOutcome.ROLLED_BACK,
}


@dataclass(frozen=True)
class Ended:
    """How one item ended, and what is to be said of it."""

    outcome: ItemOutcome
    comment: str = ""


def say(promotion: Promotion, target: PromotionStatus, items: Mapping[int, Ended]) -> None:
    """Keep how each item of a promotion ended, of which none has been said yet.

    Raises RuleBroken for what is no item of its candidate, and where the items contradict the whole: it succeeded when all did, with
    issues when at least one did, and what was rolled back left nothing.
    """
    known = {item.pk: str(item.service) for item in items_in(promotion.candidate)}
    unknown = sorted(set(items) - set(known))
    if unknown:
        raise _refused(f"{unknown[0]} is no item of {promotion.release}, {promotion.candidate}; name those it has.")
    ended = {pk: items.get(pk) or Ended(_UNSAID[target]) for pk in known}
    _expect_sense(target, known, ended)
    PromotionItem.objects.bulk_create(
        PromotionItem(promotion=promotion, item_id=pk, outcome=one.outcome, comment=one.comment) for pk, one in ended.items()
    )


def keep(promotion: Promotion) -> None:
    """Before a promotion that has ended becomes rolled back: keep how those of its items ended of which nothing was said."""
    said = set(PromotionItem.objects.filter(promotion=promotion).values_list("item", flat=True))
    unsaid = _UNSAID[PromotionStatus(promotion.status)]
    PromotionItem.objects.bulk_create(
        PromotionItem(promotion=promotion, item=item, outcome=unsaid)
        for item in items_in(promotion.candidate)
        if item.pk not in said
    )


def _expect_sense(target: PromotionStatus, names: Mapping[int, str], ended: Mapping[int, Ended]) -> None:
    succeeded = [names[pk] for pk, one in ended.items() if one.outcome == ItemOutcome.SUCCEEDED]
    others = [names[pk] for pk, one in ended.items() if one.outcome != ItemOutcome.SUCCEEDED]
    if target == PromotionStatus.SUCCEEDED and others:
        raise _refused(f"{_listed(others)} did not succeed, so the promotion succeeded with issues, or failed; say which.")
    if target in SUCCESSES and ended and not succeeded:
        raise _refused("None of its items succeeded, so the promotion failed, or was rolled back; say which.")
    if target == PromotionStatus.ROLLED_BACK and succeeded:
        raise _refused(
            f"{_listed(succeeded)} succeeded and is there, so the promotion was not rolled back: it succeeded with issues."
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _refused(sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={"items": [sentence]})
