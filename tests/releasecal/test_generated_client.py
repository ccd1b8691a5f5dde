"""A client that a generator made of the description plans, moves and cancels a promotion, without knowing anything else of us."""

import importlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from accounts.actions import tokens
from accounts.vocabulary import Role, Scope
from tests import factories

EVENING = datetime(2031, 3, 10, 20, tzinfo=UTC)


@pytest.fixture
def generated(live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the generated package's modules by their name, and a client signed in as a release manager."""
    user: Any = factories.UserFactory(roles=[Role.RELEASE_MANAGER])
    _, secret = tokens.make(user, by=user, at=timezone.now(), name="pipeline", scopes=[Scope.READ, Scope.WRITE], days=1)
    document = tmp_path / "openapi.json"
    address = f"{live_server.url}/api/v1/openapi.json"
    document.write_bytes(httpx.get(address, headers={"Authorization": f"Bearer {secret}"}).raise_for_status().content)
    (tmp_path / "config.yml").write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    options = [
        "--path",
        str(document),
        "--config",
        str(tmp_path / "config.yml"),
        "--output-path",
        str(tmp_path / "generated_client"),
    ]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))

    def module(name: str) -> Any:
        return importlib.import_module(f"generated_client.{name}")

    yield module, module("client").AuthenticatedClient(base_url=live_server.url, token=secret)
    for name in [name for name in sys.modules if name.partition(".")[0] == "generated_client"]:
        del sys.modules[name]


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_plans_moves_and_cancels_a_promotion(generated: Any) -> None:
    module, client = generated
    models = module("models")
    release: Any = factories.ReleaseFactory()
    factories.ItemFactory(release=release)
    environment: Any = factories.EnvironmentFactory(slug="prod")

    def call(name: str, *where: Any, **more: Any) -> Any:
        return module(f"api.promotions.promotions_{name}").sync_detailed(*where, client=client, **more)

    plan = models.PromotionsCreateBody(
        release=release.key, environment=environment.slug, starts_at=EVENING, ends_at=EVENING + timedelta(hours=2)
    )
    planned, again = (call("create", body=plan, idempotency_key="planned-by-a-pipeline") for _ in range(2))
    assert planned.status_code == again.status_code == 201
    assert (planned.parsed.status, planned.parsed.starts_at) == ("draft", EVENING)
    assert again.parsed.id == planned.parsed.id
    (listed,) = call("list", environment=["prod"]).parsed.results
    assert listed.id == planned.parsed.id

    number, tag = str(planned.parsed.id), planned.headers["ETag"]
    later = models.PromotionsChangeBody(starts_at=EVENING + timedelta(days=1), ends_at=EVENING + timedelta(days=1, hours=2))
    moved = call("change", number, body=later, if_match=tag)
    assert (moved.status_code, moved.parsed.starts_at) == (200, EVENING + timedelta(days=1))
    stale = call("change", number, body=later, if_match=tag)
    assert (stale.status_code, stale.parsed.title) == (412, "Changed meanwhile")

    reason = models.PromotionsCancellationDoBody(reason="The supplier is late.")
    cancelled = call("cancellation_do", number, body=reason, if_match=moved.headers["ETag"])
    assert (cancelled.status_code, cancelled.parsed.status) == (200, "cancelled")
    assert call("get", number).parsed.status == "cancelled"
