"""What happened to a thing, told in plain sentences on its page."""

from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from accounts.models import User
from history import queries
from history.deeds import deed, record
from tests.callers import change
from tests.factories import NOON, ProgramFactory, ProjectFactory, PromotionFactory, ReleaseFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def sentences(thing: Any, user: User, **options: Any) -> list[list[str]]:
    found = queries.activity(thing._meta.model_name, thing.pk, user, **options)
    return [[str(each) for each in entry.sentences] for entry in found.entries]


def page(thing: Any, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    return Template("{% load activity %}{% activity thing %}").render(Context({"thing": thing, "request": request}))


def test_sentences_name_who_did_what_newest_first():
    rita = UserFactory(name="Rita", time_zone="Europe/Berlin")
    project = ProjectFactory(code="PAY", name="Payments")
    program = ProgramFactory(code="PRG", name="Money")
    with deed(by=rita, reason="it belongs there"):
        project.program, project.starts_on = program, "2026-02-01"
        project.save()
        record(project, "moved", by=rita, template="{actor} moved {subject} into {program}", program=program)
    assert sentences(project, rita) == [["Rita moved Payments into Money"], ["The clock made Payments"]]
    entry = queries.activity("project", project.pk, rita).entries[0]
    assert entry.reason == "it belongs there"
    told = {each.name: (queries.text_of(each.before), queries.text_of(each.after)) for each in entry.differences}
    assert told == {"program": ("nothing", "Money"), "starts on": ("Mon 5 Jan 2026", "Sun 1 Feb 2026")}


def test_a_sentence_begins_as_one_and_tells_days_and_instants_as_people_do():
    rita = UserFactory(name="Rita", time_zone="Europe/Berlin")
    release = ReleaseFactory(name="ios", version="2026-02-03")
    promotion = PromotionFactory(release=release, environment__name="Production")
    said = {"due_on": NOON.date(), "until": NOON, "version": release.version}
    with deed(by=rita):
        record(promotion, "told", by=rita, template="{subject} was due on {due_on}, and {version} holds until {until}", **said)
        record(release, "told", by=rita, template="{subject} waits")
    day, instant = "Tue 10 Mar 2026", "Tue 10 Mar 2026, 13:00 CET"
    assert sentences(promotion, rita)[0] == [
        f"The promotion of ios 2026-02-03 into Production was due on {day}, and 2026-02-03 holds until {instant}"
    ]
    assert sentences(release, rita)[0] == ["ios 2026-02-03 waits"], "names stay as they are"


def test_names_lead_to_their_pages_and_are_escaped():
    rita = UserFactory(name="Rita <b>")
    project = ProjectFactory(code="PAY", name="Pay & <script>")
    change(project, name="<i>New</i>")
    html = page(project, rita)
    assert '<a href="/projects/PAY/">&lt;i&gt;New&lt;/i&gt;</a>' in html
    assert "Pay &amp; &lt;script&gt; → &lt;i&gt;New&lt;/i&gt;" in html
    assert "<script>" not in html
    assert "<i>" not in html


def test_what_the_reader_may_not_see_is_not_named():
    viewer, pmo = UserFactory(), UserFactory(roles=["PMO"])
    secret = ProgramFactory(name="Takeover", manager=UserFactory(name="Mona"), restricted_until=NOON + timedelta(days=3650))
    release = ReleaseFactory(name="Nova", version="1")
    with deed(by=pmo):
        record(release, "reserved", by=pmo, template="{actor} reserved {subject} for {program}", program=secret)
    assert sentences(release, viewer)[0] == [f"{pmo.name} reserved Nova 1 for restricted, ask Mona"]
    assert sentences(release, pmo)[0] == [f"{pmo.name} reserved Nova 1 for Takeover"]


def test_a_reason_is_told_to_who_may_see_all_that_it_was_given_for():
    viewer, pmo = UserFactory(), UserFactory(roles=["PMO"])
    secret = ProgramFactory(name="Takeover", restricted_until=NOON + timedelta(days=3650))
    release, other = ReleaseFactory(), ReleaseFactory()
    with deed(by=pmo, reason="the takeover is off"):
        record(release, "freed", by=pmo)
        record(secret, "stopped", by=pmo)
    with deed(by=pmo, reason="the test lab moves"):
        record(release, "moved", by=pmo)
        record(other, "moved", by=pmo)
    assert [each.reason for each in queries.activity("release", release.pk, viewer).entries[:2]] == ["the test lab moves", ""]
    everything = [each.reason for each in queries.activity("release", release.pk, pmo).entries[:2]]
    assert everything == ["the test lab moves", "the takeover is off"]


def test_an_event_that_tells_nothing_of_it_is_told_as_a_whole():
    rita = UserFactory(name="Rita")
    one, other = ProjectFactory(name="One"), ProjectFactory(name="Other")
    with deed(by=rita):
        for each in (one, other):
            each.status = "closed"
            each.save()
        record(one, "tidied", by=rita, template="{actor} tidied up")
    entry = queries.activity("project", other.pk, rita).entries[0]
    assert [str(each) for each in entry.sentences] == ["Rita tidied up"]
    assert [(each.name, each.before, each.after) for each in entry.differences] == [("status", "Active", "Closed")]


def test_of_an_import_nothing_is_told_that_is_another_things_matter():
    rita = UserFactory(name="Rita")
    program: Any = ProgramFactory(name="Payments")
    inside, outside = ProjectFactory(program=program), ProjectFactory(program=None)
    others = [ProgramFactory() for _ in range(20)]
    with deed(by=rita):
        for each in (inside, outside):
            each.status = "closed"
            each.save()
        for other in others:
            record(other, "brought", by=rita, template="{actor} imported {subject}")
        record(program, "brought", by=rita, template="{actor} imported {subject}")
    assert sentences(inside, rita)[0] == ["Rita imported Payments"]
    assert sentences(outside, rita)[0] == []
    assert "Rita changed this" in " ".join(page(outside, rita).split())


def test_personal_columns_say_only_that_they_changed():
    person = UserFactory(name="Old name")
    change(person, name="New name")
    entry = queries.activity("user", person.pk, person).entries[0]
    assert [(each.name, each.is_told) for each in entry.differences] == [("name", False)]
    html = page(person, person)
    assert "Old name" not in html


def test_of_an_answer_kept_as_a_structure_it_says_only_that_it_changed():
    promotion = PromotionFactory(status="approved")
    change(promotion, status="running", verdict={"allowed": True, "requirements": [{"state": "satisfied"}]})
    entry = queries.activity("promotion", promotion.pk, UserFactory()).entries[0]
    assert [(each.name, each.is_told) for each in entry.differences] == [("status", True), ("verdict", False)]


def test_earlier_ones_are_asked_for_by_number():
    rita = UserFactory()
    release = ReleaseFactory()
    for name in "abcde":
        change(release, name=name)
    first = queries.activity("release", release.pk, rita, limit=4)
    assert (len(first.entries), first.more) == (4, True)
    rest = queries.activity("release", release.pk, rita, limit=4, before=first.entries[-1].number)
    assert (len(rest.entries), rest.more) == (2, False)
    back = queries.activity("release", release.pk, rita, limit=4, after=rest.entries[0].number)
    assert back.entries == first.entries
    assert "Earlier events are kept" in Template("{% load activity %}{% activity thing 4 %}").render(
        Context({"thing": release, "request": type("Request", (), {"user": rita})()})
    )


def test_a_page_without_any_event_says_so():
    assert "Nothing has happened" in page(User.objects.clock(), User.objects.clock())
