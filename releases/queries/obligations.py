"""What break-fixes still owe. Whom it holds up is a question of the verdict."""

from collections.abc import Collection

from releases.models import Obligation, Promotion


def of_promotion(promotion: Promotion) -> list[Obligation]:
    """What a promotion owes or owed, the next due first."""
    owed = Obligation.objects.filter(promotion=promotion).select_related("gate__release", "rule__team")
    return list(owed.order_by("due_at", "id"))


def waiting_for(gates: Collection[int]) -> set[int]:
    """The promotions (ids) that owe one of these gates (ids) still."""
    return set(Obligation.objects.unmet().filter(gate__in=gates).values_list("promotion", flat=True)) if gates else set()
