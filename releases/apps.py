from django.apps import AppConfig

from common import labels, parts


class ReleasesConfig(AppConfig):
    name = "releases"

    def ready(self) -> None:
        from releases import receivers  # noqa: F401 - importing connects them
        from releases.queries import names
        from releases.views import ahead, approvals, assessments, evidence, gates, preparations, standards, threats, verdicts
        from releases.views import parts as added

        for kind, naming in names.NAMINGS.items():
            labels.add(kind, naming, hidden=names.HIDDEN.get(kind))
        parts.add("list", 5, ahead.answer)
        parts.add("release.verdict", 5, verdicts.of_release)
        parts.add("release.verdict", 10, threats.of_release)
        parts.add("promotion.verdict", 5, verdicts.of_promotion)
        parts.add("promotion.verdict", 10, threats.of_promotion)
        parts.add("release.gates", 10, gates.of_release)
        parts.add("release.gates", 20, preparations.of_release)
        parts.add("gate.evidence", 5, preparations.of_gate)
        parts.add("gate.evidence", 10, evidence.of_gate)
        parts.add("release", 5, standards.policies_of_release)
        parts.add("release", 6, assessments.of_release)
        parts.add("policy.version", 10, standards.trial_of_draft)
        parts.add("promotion", 5, approvals.of_promotion)
        parts.add("release.approvals", 10, approvals.of_release)
        parts.add("environment.live", 10, added.environment_live)
        parts.add("environment.promotions", 10, added.environment_promotions)
        parts.add("service.live", 10, added.service_live)
        parts.add("service.releases", 10, added.service_releases)
        parts.add("route.releases", 10, added.route_releases)
        parts.add("program.releases", 10, added.program_releases)
        parts.add("project.lives_on", 10, added.project_lives_on)
        parts.add("project.journeys", 10, added.project_journeys)
        parts.add("output.journey", 10, added.output_journey)
