"""The thread from an output to what users have: output → release → promotions → live since, and still live?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from common import labels
from environments.models import Environment
from environments.vocabulary import Stage
from projects.models import Output
from releases.models import Contribution, Deployment, Promotion, Release
from releases.queries.glances import promotions_of


@dataclass
class Arrival:
    """A release in one environment: its last promotion there, and what that left of what the output concerns."""

    environment: Environment
    promotion: Promotion
    deployments: list[Deployment] = field(default_factory=list)

    @property
    def is_production(self) -> bool:
        return bool(self.environment.stage == Stage.PRODUCTION)

    @property
    def live(self) -> list[Deployment]:
        return [deployment for deployment in self.deployments if deployment.ends_at is None]

    @property
    def since(self) -> Any:
        """Since when something of it is live there, else since when it was."""
        return min((deployment.begins_at for deployment in self.live or self.deployments), default=None)

    @property
    def until(self) -> Any:
        """Until when it was live there; None while something of it still is."""
        return (
            None if self.live else max((deployment.ends_at for deployment in self.deployments if deployment.ends_at), default=None)
        )


@dataclass
class Leg:
    """One release the output travels in. `release` is None when the reader may not see it; `name` then says whom to ask."""

    contribution: Contribution
    name: labels.Named
    release: Release | None
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Whether something of it is in production now."""
        return any(arrival.is_production and arrival.live for arrival in self.arrivals)


@dataclass
class Journey:
    """An output and the releases it travels in, the first of them first."""

    output: Output
    legs: list[Leg] = field(default_factory=list)

    @property
    def live_since(self) -> Any:
        """Since when something of it has been in production without an end; None when nothing is there."""
        live = (one.begins_at for arrival in self._in_production() for one in arrival.live)
        return min(live, default=None)

    @property
    def was_live(self) -> bool:
        """Whether something of it was ever in production."""
        return any(arrival.deployments for arrival in self._in_production())

    def _in_production(self) -> list[Arrival]:
        return [arrival for leg in self.legs for arrival in leg.arrivals if arrival.is_production]


def journeys(outputs: Iterable[Output], user: Any) -> list[Journey]:
    """One for each output, in their order; the same few queries for one as for a hundred.

    Where an output says which services it concerns, only what its releases left of these counts.
    """
    found = {output.pk: Journey(output) for output in outputs}
    contributions = list(Contribution.objects.filter(output__in=found).standing().select_related("release").order_by("release_id"))
    names = labels.of({("release", contribution.release_id) for contribution in contributions}, user)
    open_ids = [number for (_, number), name in names.items() if not isinstance(name, labels.Restricted)]
    promotions, deployments = promotions_of(open_ids), _deployments_of(open_ids)
    concerned: dict[int, set[int]] = {}
    for output, service in Output.services.through.objects.filter(output__in=found).values_list("output_id", "service_id"):
        concerned.setdefault(output, set()).add(service)
    for contribution in contributions:
        number = contribution.release_id
        name = names["release", number]
        is_open = not isinstance(name, labels.Restricted)
        left = _of_services(deployments.get(number, []), concerned.get(contribution.output_id))
        arrivals = _arrivals(promotions.get(number, []), left)
        found[contribution.output_id].legs.append(Leg(contribution, name, contribution.release if is_open else None, arrivals))
    return list(found.values())


def _deployments_of(releases: Sequence[int]) -> dict[int, list[Deployment]]:
    found: dict[int, list[Deployment]] = {}
    for deployment in (
        Deployment.objects.filter(release__in=releases)
        .select_related("service")
        .order_by("service__slug", "part", "line", "begins_at")
    ):
        found.setdefault(deployment.release_id, []).append(deployment)
    return found


def _of_services(deployments: Sequence[Deployment], services: set[int] | None) -> list[Deployment]:
    kept = [deployment for deployment in deployments if services and deployment.service_id in services]
    # A release may bring an output by other services than the project named; then all it left counts.
    return kept or list(deployments)


def _arrivals(promotions: Sequence[Promotion], deployments: Sequence[Deployment]) -> list[Arrival]:
    found: dict[int, Arrival] = {}
    for promotion in promotions:
        found[promotion.environment_id] = Arrival(promotion.environment, promotion)
    for deployment in deployments:
        if deployment.environment_id in found:
            found[deployment.environment_id].deployments.append(deployment)
    return list(found.values())
