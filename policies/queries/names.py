"""How policies and procedures are called elsewhere; for `common.labels`."""

from collections.abc import Collection, Mapping
from typing import Any

from common.labels import Label, Named
from policies.models import Policy, Procedure
from policies.queries.answers import POLICIES, PROCEDURES


def name_policies(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    found = Policy.objects.visible_to(user).filter(pk__in=ids)
    return {row.pk: Label(row.name, row.get_absolute_url(), POLICIES.address_of(row.slug)) for row in found}


def name_procedures(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    found = Procedure.objects.visible_to(user).filter(pk__in=ids)
    return {row.pk: Label(row.name, row.get_absolute_url(), PROCEDURES.address_of(row.slug)) for row in found}
