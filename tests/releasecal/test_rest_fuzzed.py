"""Schemathesis calls the whole API as its description says, and as it forbids, and holds each answer to the description.

`FUZZING=long python3 run.py test -k fuzzed` looks longer and elsewhere each time; the suite itself always asks the same.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import tokens
from accounts.vocabulary import Role, Scope
from tests import factories
from tests.reminders.saying import says

HERE = Path(__file__).parent / "fuzzing"
EVERYTHING = [role for role in Role if role is not Role.AUDITOR]  # who audits writes nothing
SHORT = ["--phases", "examples,fuzzing,stateful", "--max-examples", "3", "--generation-deterministic"]
LONG = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "100", "--generation-database", "none"]


def names() -> dict[str, list[str | int]]:
    """Things that others refer to, by kind."""
    team: Any = factories.TeamFactory()
    program: Any = factories.ProgramFactory()
    project: Any = factories.ProjectFactory(program=program)
    output: Any = factories.OutputFactory(project=project)
    milestone: Any = factories.MilestoneFactory(project=project)
    environment: Any = factories.EnvironmentFactory()
    version: Any = factories.RouteVersionFactory()
    factories.StopFactory(version=version, environment=environment)
    release: Any = factories.ReleaseFactory(route=version.route)
    item: Any = factories.ItemFactory(release=release)
    factories.ContributionFactory(release=release, output=output)
    promotion: Any = factories.PromotionFactory(release=release, environment=environment, status="succeeded")
    deployment: Any = factories.DeploymentFactory(promotion=promotion)
    package: Any = factories.ReleaseFactory(extent="package")
    gate: Any = factories.GateFactory(release=release)
    audience: Any = factories.AudienceFactory(release=release)
    procedure: Any = factories.ProcedureFactory()
    return {
        "time zone": ["", "Europe/Berlin"],
        "team": [team.slug],
        "program": [program.code],
        "program or project": [f"program:{program.code}"],
        "subject": [f"project:{project.code}"],
        "project": [project.code],
        "output": [str(output.pk), output.pk],
        "milestone": [milestone.pk],
        "environment": [environment.slug],
        "route": [version.route.slug],
        "release": [release.key, package.key],
        "service": [item.service.slug],
        "item": [item.pk],
        "promotion": [str(promotion.pk), promotion.pk],
        "deployment": [deployment.pk],
        "gate": [gate.pk],
        "audience": [audience.pk],
        "policy": [gate.rule.version.policy.slug],
        "procedure": [procedure.slug],
        "address of a chat": ["mmosts://chat.example.org/3ccdd113474722377935511fc8"],
        "rule": [says("promotion_ahead", -1).code],
        "rule of approvals": [factories.ApprovalRuleFactory(version=gate.rule.version).pk],
    }


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_as_the_description_says(live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.API_LIMIT_PER_MINUTE = 1_000_000
    user: Any = factories.UserFactory(roles=EVERYTHING)
    token, secret = tokens.make(user, by=user, at=timezone.now(), name="fuzzing", scopes=list(Scope), days=1)
    there = names() | {"person": [user.email, user.pk], "user": [user.email]}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{live_server.url}/api/v1/openapi.json", "--url", live_server.url, "--no-color"),
            *("--header", f"Authorization: Bearer {secret}", "--checks", "all", "--continue-on-failure", "--no-shrink"),
            *("--suppress-health-check", "all"),
            *(LONG if os.environ.get("FUZZING") == "long" else SHORT),
        ],
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONPATH": str(settings.BASE_DIR),
            "SCHEMATHESIS_HOOKS": "tests.releasecal.fuzzing.hooks",
            "FUZZING_NAMES": json.dumps(there),
            "FUZZING_TOKEN_ID": str(token.pk),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-3_000:]
