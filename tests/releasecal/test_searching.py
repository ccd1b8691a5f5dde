"""Search over everything: what is found by what, in which order, by whom, and what it makes of nonsense."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import comments
from accounts.vocabulary import Role
from environments.actions import bookings
from releases.models import ExternalLink
from tests.callers import BASE, ROOT, Caller, in_a_deed
from tests.factories import (
    NOON,
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    MilestoneFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db

DIGEST = "sha256:" + "abcdef0123456789" * 4
LATER = NOON + timedelta(days=365)


def titles(caller: Caller, query: str, **more: str) -> list[str]:
    asked = caller.client.get("/api/v1/search/", {"q": query, **more}, headers=caller.headers)
    assert asked.status_code == 200, asked.content
    return [hit["title"] for hit in asked.json()["results"]]


@pytest.fixture
def pay() -> Any:
    """A release called in every way, and nothing else."""
    release: Any = ReleaseFactory(name="Payments gateway", version="v26.3.1-rc2", description="Brings the consent screens")
    in_a_deed(release, lambda: ExternalLink.objects.create(release=release, system="jira", identifier="OPS-1234"))
    ArtefactFactory(item=ItemFactory(release=release), digest=DIGEST)
    ReleaseFactory(name="Ledger", version="2.6.3")
    return release


@pytest.mark.parametrize(
    "query",
    [
        "payments",
        "GATE",
        "gateway pay",
        "v26.3",
        "26.3.1",
        "3.1-rc2",
        "payments gateway@v26.3.1-rc2",
        "gateway 26",
        "screens",
        "OPS-1234",
        "ops-12",
        "jira 1234",
        DIGEST,
        DIGEST.upper(),
        "abcdef0",
        "sha256:abcdef01",
    ],
)
def test_a_release_is_found_by_all_it_is_called(pay: Any, query: str):
    assert titles(Caller(), query, kind="release") == ["Payments gateway v26.3.1-rc2"]


@pytest.mark.parametrize("query", ["26.1", "3.26", "abcdef1", "OPS-123456", "sha512:abcdef01", "ledger gateway", "v2.6.3"])
def test_and_by_nothing_else(pay: Any, query: str):
    assert titles(Caller(), query, kind="release") == []


def test_a_key_leads_to_its_release_first(pay: Any):
    caller = Caller()
    ReleaseFactory(name=f"After {pay.key}")
    assert titles(caller, pay.key.lower(), kind="release") == ["Payments gateway v26.3.1-rc2", f"After {pay.key} 1.0.0"]
    assert titles(caller, f"{pay.key} consent", kind="release") == ["Payments gateway v26.3.1-rc2"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("製品検索サービス", "検索"),
        ("Überweisung", "überw"),
        ("Ünlü İşlem", "işlem"),
        ("Платёжный шлюз", "шлюз"),
        ("บริการชำระเงิน", "ชำระ"),
        ("हिन्दी सेवा", "सेवा"),
        ("R&D portal", "r&d"),
        ("O'Neil's \\ path", "o'neil's"),
        ("Straße_nord", "nord"),
    ],
)
def test_names_are_found_in_any_language(name: str, query: str):
    ReleaseFactory(name=name)
    assert titles(Caller(), query) == [f"{name} 1.0.0"]


@pytest.mark.parametrize(
    ("make", "queries", "kind"),
    [
        (
            lambda: ProgramFactory(code="BANK", name="Open finance", description="Sharing accounts"),
            ["ban", "financ", "shar"],
            "program",
        ),
        (lambda: ProjectFactory(code="PAY", name="Small firms", scope="Cards for all"), ["pay", "firm", "cards"], "project"),
        (
            lambda: MilestoneFactory(code="pilot", name="Board agrees", description="In Oslo"),
            ["pilo", "board", "oslo"],
            "milestone",
        ),
        (lambda: OutputFactory(code="screens", name="Consent"), ["scree", "consent"], "output"),
        (lambda: EnvironmentFactory(slug="prod", name="Live site"), ["pro", "live si"], "environment"),
        (lambda: ServiceFactory(slug="ledger", name="Main book"), ["ledg", "book"], "service"),
        (lambda: RouteFactory(slug="express", name="Short cut"), ["expr", "cut"], "route"),
        (lambda: TeamFactory(slug="ops", name="Night watch"), ["ops", "watch"], "team"),
        (lambda: UserFactory(name="Rosa Lindqvist"), ["lindq", "rosa lind"], "user"),
        (lambda: PromotionFactory(release=ReleaseFactory(name="Gateway")), ["gatew", "gateway@1.0"], "promotion"),
    ],
)
def test_every_noun_is_found_by_each_of_its_fields(make: Any, queries: list[str], kind: str):
    made = make()
    caller = Caller()
    for query in queries:
        found = caller.get(f"search/?kind={kind}&q={query}").json()["results"]
        assert [(hit["kind"], hit["id"]) for hit in found] == [(kind, made.pk)], query


def test_bookings_are_found_by_purpose_and_environment():
    boss = UserFactory(roles=[Role.ENVIRONMENT_MANAGER])
    production: Any = EnvironmentFactory(slug="prod", name="Production")
    made = bookings.book(production, by=boss, purpose="Load test", lanes=1, starts_at=NOON, ends_at=LATER)
    (hit,) = Caller(user=boss).rows("search/?kind=booking&q=load")
    assert hit == {
        "kind": "booking",
        "id": made.pk,
        "title": "Load test",
        "context": "Production · Tue 10 Mar 2026, 12:00 UTC",
        "url": f"{BASE}bookings/{made.pk}/",
        "html_url": f"{ROOT}bookings/{made.pk}/",
    }


def test_comments_are_found_by_what_they_say_until_they_are_taken_back():
    rosa, nora = UserFactory(name="Rosa Lindqvist", roles=[Role.PMO]), UserFactory(name="Nora & Co")
    said = comments.add(ServiceFactory(), by=rosa, text=f"Is the **ledger** slow, @{{user:{nora.pk}}}?\n\n<b>Today</b>")
    caller = Caller(user=rosa)
    (hit,) = caller.rows("search/?q=LEDG+slow")
    assert hit["title"] == "Is the ledger slow, @Nora & Co? <b>Today</b>"
    assert hit["context"].startswith("Rosa Lindqvist · ")
    assert (hit["url"], hit["html_url"]) == (f"{BASE}comments/{said.pk}/", f"{ROOT}comments/{said.pk}/")
    assert caller.get(hit["url"]).status_code == 200
    comments.take_back(said, by=rosa, at=LATER)
    assert caller.rows("search/?q=ledger") == []


def test_a_hit_says_where_it_is(pay: Any):
    (hit,) = Caller().rows("search/?q=ops-1234&kind=release")
    assert hit == {
        "kind": "release",
        "id": pay.pk,
        "title": "Payments gateway v26.3.1-rc2",
        "context": f"{pay.key} · Planned · OPS-1234",
        "url": f"{BASE}releases/{pay.key}/",
        "html_url": f"{ROOT}releases/{pay.key}/",
    }


def test_the_best_come_first():
    for name, description in (("Other", "about the ledger"), ("General ledger", ""), ("Ledger of cards", ""), ("Ledger", "")):
        ReleaseFactory(name=name, version="1.0", description=description)
    ReleaseFactory(name="Unrelated")
    caller = Caller()
    assert titles(caller, "ledger") == ["Ledger 1.0", "Ledger of cards 1.0", "General ledger 1.0", "Other 1.0"]
    assert titles(caller, "ledger@1.0")[0] == "Ledger 1.0"


def test_the_newest_of_equals_comes_first_and_pages_go_on_over_kinds():
    for number in range(3):
        ReleaseFactory(name="Ledger", version=f"1.{number}")
        ServiceFactory(name=f"Ledger {number}")
    caller = Caller()
    expected = ["Ledger 1.2", "Ledger 1.1", "Ledger 1.0", "Ledger 2", "Ledger 1", "Ledger 0"]
    assert titles(caller, "ledger") == expected
    for limit in range(1, 8):
        assert [hit["title"] for hit in caller.walk(f"search/?q=ledger&limit={limit}")] == expected


class TestRestriction:
    """What one may not see is not there, in no noun, by no word, under no key."""

    QUERIES = ("hush", "merger", "{key}", "OPS-77", DIGEST, "whisper")

    @pytest.fixture
    def secret(self) -> Any:
        self.manager = UserFactory(roles=[Role.RELEASE_MANAGER])
        self.named = MembershipFactory()
        program = ProgramFactory(name="Hush program", manager=self.manager, restricted_until=LATER)
        in_a_deed(program, lambda: program.restricted_to.add(self.named.team))
        project = ProjectFactory(name="Hush project", manager=self.manager, restricted_until=LATER)
        in_a_deed(project, lambda: project.restricted_to.add(self.named.team))
        OutputFactory(name="Hush output", project=project)
        MilestoneFactory(name="Hush milestone", project=project)
        MilestoneFactory(name="Hush date", project=None, program=program)
        release: Any = ReleaseFactory(
            name="Merger hush", description="whisper", release_manager=self.manager, restricted_until=LATER
        )
        in_a_deed(release, lambda: release.restricted_to.add(self.named.team))
        in_a_deed(release, lambda: ExternalLink.objects.create(release=release, system="jira", identifier="OPS-77"))
        ArtefactFactory(item=ItemFactory(release=release), digest=DIGEST)
        PromotionFactory(release=release)
        comments.add(release, by=self.manager, text="Keep the *hush*")
        return release

    @pytest.mark.parametrize("role", ["", Role.RELEASE_MANAGER, Role.PROJECT_MANAGER, Role.ENVIRONMENT_MANAGER, Role.POLICY_OWNER])
    def test_strangers_find_nothing(self, secret: Any, role: str):
        caller = Caller(*filter(None, [role]))
        page = signed_in(caller.user)
        for query in self.QUERIES:
            asked = query.format(key=secret.key)
            assert titles(caller, asked) == []
            shown = page.get("/search/", {"q": asked}).content.decode()
            assert "Nothing you may see matches" in shown
            assert "Merger" not in shown
            assert "matching</a>" not in shown

    @pytest.mark.parametrize("who", ["manager", "named", Role.PMO, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_its_own_people_find_all_of_it(self, secret: Any, who: str):
        people = {"manager": self.manager, "named": self.named.user}
        caller = Caller(user=people[who]) if who in people else Caller(who)
        assert sorted(hit["kind"] for hit in caller.rows("search/?q=hush")) == [
            "comment",
            "milestone",
            "milestone",
            "output",
            "program",
            "project",
            "promotion",
            "release",
        ]
        for query in self.QUERIES:
            assert titles(caller, query.format(key=secret.key), kind="release") == ["Merger hush 1.0.0"]


def test_people_who_left_and_programs_are_nobody_to_look_for():
    UserFactory(name="Nora Gone", is_active=False)
    UserFactory(name="Nora Robot", kind="service")
    assert titles(Caller(), "nora") == []


@pytest.mark.parametrize(
    "query", ["& | ! ( ) : * <->", "a & | !", "':*", "\\", "''", "%", "_", "<script>", "a:*b", "é" * 400, "\ud7ff", "🚀", "of the"]
)
def test_what_means_something_to_the_database_means_nothing_here(query: str):
    ReleaseFactory()
    caller = Caller()
    assert caller.client.get("/api/v1/search/", {"q": query}, headers=caller.headers).status_code == 200
    assert caller.client.get("/api/v1/releases/", {"q": query}, headers=caller.headers).status_code == 200
    assert signed_in(caller.user).get("/search/", {"q": query[:200]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%00", "q"),
        ("q=" + "x" * 10_000, "q"),
        ("q=" + "+".join("abcdefghijklm"), "q"),
        ("q=a&q=b", "q"),
        ("q=a&kind=secret", "kind"),
        ("q=a&limit=0", "limit"),
        ("q=a&colour=red", "colour"),
        ("q=a&cursor=x", "cursor"),
        ("q=a&kind=team&cursor=WyJuIiwicmVsZWFzZSIsMywxXQ", "cursor"),
    ],
)
def test_what_is_not_understood_is_a_problem_that_names_it(query: str, named: str):
    answer = Caller().get(f"search/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"]) == [named]


@pytest.mark.django_db(transaction=True)  # events get their numbers at commit
def test_an_answer_is_unchanged_until_something_that_is_found_changes():
    caller = Caller()
    ReleaseFactory(name="Ledger")
    tag = caller.get("search/?q=ledger")["ETag"]
    assert caller.get("search/?q=ledger", **{"If-None-Match": tag}).status_code == 304
    ServiceFactory(name="Ledger")
    assert caller.get("search/?q=ledger", **{"If-None-Match": tag}).status_code == 200


def test_a_search_costs_the_same_whatever_it_finds():
    caller = Caller()
    nothing = caller.queries("search/?q=ledger")
    assert nothing == 27
    for number in (1, 20, 21, 22, 23):
        for factory in (ServiceFactory, ProjectFactory, EnvironmentFactory, RouteFactory):
            factory(name=f"Ledger {number}")
        PromotionFactory(release=ReleaseFactory(name="Ledger", version=f"1.{number}"))
        if number in (1, 23):  # with promotions it asks for their releases, whose links are shown
            assert caller.queries("search/?q=ledger") == 29


class TestPage:
    @pytest.fixture
    def reader(self) -> Client:
        return signed_in(UserFactory())

    def test_strangers_are_led_to_the_sign_in(self, client: Client):
        assert client.get("/search/?q=a")["Location"] == "/accounts/login/?next=/search/%3Fq%3Da"

    def test_kinds_stand_apart_the_best_hit_above_and_lists_have_the_rest(self, reader: Client):
        for number in range(6):
            ReleaseFactory(name="Into production", version=str(number))
        EnvironmentFactory(slug="prod", name="Production")
        shown = reader.get("/search/?q=production").content.decode()
        said = words(shown)
        assert said.index("Environments Production prod") < said.index("Releases Into production 5")
        assert "Into production 0" not in said
        assert '<a class="found-all" href="/releases/?q=production">All releases matching</a>' in shown
        assert "All environments matching" not in said

    def test_what_has_no_list_goes_on_page_by_page(self, reader: Client):
        for number in range(53):
            TeamFactory(name=f"Watch {number}")
        shown = reader.get("/search/?q=watch").content.decode()
        assert 'href="/search/?q=watch&amp;kind=team">All teams matching</a>' in shown
        first = reader.get("/search/?q=watch&kind=team").content.decode()
        following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        second = words(reader.get(following).content.decode())
        assert "Watch 2 " in second
        assert "Watch 3 " not in second

    def test_a_script_is_answered_only_what_was_found(self, reader: Client):
        ReleaseFactory(name="Ledger")
        answer = reader.get("/search/?q=ledg", headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
        assert words(answer.content.decode()).startswith("Releases Ledger 1.0.0")
        assert "HX-Request" in answer["Vary"]

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("q=%00", "A search takes up to 10 words and 200 characters; leave out what matters least."),
            ("q=" + "x" * 10_000, "A search takes up to 10 words and 200 characters; leave out what matters least."),
            ("q=a&kind=secret", "The address asks for a kind of thing that does not exist; everything was searched."),
            ("q=a&kind=team&cursor=x", "The address names a place in this search that it does not have; this is its beginning."),
            ("q=a&colour=red", "The address asks for “colour”, which this page does not know; it was left out."),
        ],
    )
    def test_what_it_does_not_understand_it_says(self, reader: Client, query: str, said: str):
        assert notices(reader.get(f"/search/?{query}")) == [said]

    def test_without_words_it_says_what_can_be_asked(self, reader: Client):
        assert "lead straight to a release" in words(reader.get("/search/").content.decode())

    def test_it_costs_a_fixed_number_of_queries(self, reader: Client):
        ReleaseFactory(name="Ledger")
        reader.get("/search/?q=ledger")
        with CaptureQueriesContext(connection) as captured:
            reader.get("/search/?q=ledger")
        assert len(captured) == 30


def test_words_are_looked_up_in_an_index():
    """The same expression in the index and in the question, else every search would read every release."""
    from releases.models import Release

    with connection.cursor() as cursor:
        # What is left are the ways that need a condition an index knows, however few rows and whatever statistics there are.
        for way in ("seqscan", "indexscan", "indexonlyscan", "nestloop"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = Release.objects.matching("ledger").explain()
    assert "release_words" in plan
    assert "external_link_words" in plan
