"""What people say about things: on the pages of these, and over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import comments, people
from accounts.models import Comment, User
from accounts.querysets import commented_kinds
from accounts.vocabulary import LONGEST_COMMENT, Role, Scope
from common import labels
from common.refusals import NotVisible
from history.models import Change, Event, Fact
from tests.callers import Caller, change
from tests.factories import (
    EnvironmentFactory,
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
WRITE = (Scope.READ, Scope.WRITE)
DOORS = pytest.mark.parametrize("door", ["page", "rest"])


@pytest.fixture
def rita() -> Any:
    """A release manager."""
    return UserFactory(name="Rita", email="rita@demo.example", roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def petra() -> Any:
    """Of the PMO: she sees what is restricted."""
    return UserFactory(name="Petra", email="petra@demo.example", roles=[Role.PMO])


@pytest.fixture
def release() -> Any:
    return ReleaseFactory(name="Payments", version="26.11")


def said(user: Any, subject: Any, text: str = "A word.") -> Comment:
    return comments.add(subject, by=user, text=text)


def restrict(thing: Any) -> Any:
    return change(thing, restricted_until=timezone.now() + timedelta(days=9))


def send(door: str, user: Any, verb: str, thing: Any, text: str = "") -> Any:
    """The same through the page or REST: add to a thing, change or take back a comment."""
    if door == "rest":
        caller = Caller(user=user, scopes=WRITE)
        if verb == "add":
            return caller.send("POST", "comments/", {"subject": f"{thing._meta.model_name}:{thing.pk}", "text": text})
        return caller.send("PATCH", f"comments/{thing.pk}/", {"text": text}) if verb == "edit" else caller.send("DELETE", f"comments/{thing.pk}/")  # fmt: skip
    browser = signed_in(user)
    if verb == "add":
        return browser.post(f"/comments/new/?subject={thing._meta.model_name}:{thing.pk}", {"text": text})
    return browser.post(f"/comments/{thing.pk}/{verb}/", {"text": text} if verb == "edit" else {})


def commit() -> None:
    """Number what was done so far, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


# --- what one can say, and where


def every_subject() -> list[Any]:
    release: Any = ReleaseFactory()
    return [
        ProgramFactory(), ProjectFactory(), MilestoneFactory(), OutputFactory(), EnvironmentFactory(), ServiceFactory(),
        RouteFactory(), release, PromotionFactory(release=release),
    ]  # fmt: skip


def test_every_thing_with_a_page_takes_comments_and_shows_them(rita: Any):
    browser = signed_in(rita)
    subjects = every_subject()
    assert {"booking"} | {each._meta.model_name for each in subjects} <= commented_kinds().keys()
    assert not {"user", "team", "comment", "item"} & commented_kinds().keys()
    for subject in subjects:
        answer = send("page", rita, "add", subject, f"About {subject._meta.model_name}, **loudly**.")
        commit()
        comment = Comment.objects.latest("pk")
        assert (answer.status_code, answer.url) == (302, f"{subject.get_absolute_url()}#comment-{comment.pk}")
        page = browser.get(subject.get_absolute_url()).content.decode()
        assert f"About {subject._meta.model_name}, <strong>loudly</strong>." in page
        assert f'<li id="comment-{comment.pk}">' in page
        thing = (subject._meta.model_name, subject.pk)
        assert words(page).count(f"Rita commented on {labels.of([thing], rita)[thing].text}") == 1


@DOORS
def test_both_doors_say_change_and_take_back(rita: Any, release: Any, door: str):
    answer = send(door, rita, "add", release, "First *thoughts*.")
    assert answer.status_code in (201, 302), notices(answer)
    comment: Any = Comment.objects.get()
    assert (comment.author, comment.subject_kind, comment.subject_id, comment.text) == (
        rita,
        "release",
        release.pk,
        "First *thoughts*.",
    )
    answer = send(door, rita, "edit", comment, "Second thoughts.")
    assert answer.status_code in (200, 302), notices(answer)
    comment.refresh_from_db()
    assert (comment.text, comment.revision, comment.edited_at is None) == ("Second thoughts.", 2, False)
    answer = send(door, rita, "taking-back", comment)
    assert answer.status_code in (200, 302), notices(answer)
    comment.refresh_from_db()
    assert (comment.text, comment.taken_back_by, comment.is_taken_back) == ("", rita, True)
    page = words(signed_in(rita).get(release.get_absolute_url()).content.decode())
    assert "Taken back by Rita" in page
    assert "thoughts" not in page
    assert [send(door, rita, verb, comment, "Again.").status_code for verb in ("edit", "taking-back")] == [409, 409]
    facts = Fact.objects.filter(subject_kind="release", verb__contains="comment").order_by("id")
    assert [fact.verb for fact in facts] == ["commented", "changed_comment", "took_back_comment"]


def test_the_same_text_again_changes_nothing(rita: Any, release: Any):
    comment = said(rita, release)
    assert send("rest", rita, "edit", comment, "A word.").json()["revision"] == 1
    assert Fact.objects.filter(verb="changed_comment").count() == 0


# --- who may


@DOORS
@pytest.mark.parametrize(
    ("roles", "team", "adds", "edits_own", "edits", "takes_own", "takes"),
    [
        ((), "", 403, 403, 403, 403, 403),
        ((), "member", 200, 200, 403, 200, 403),
        ((), "lead", 200, 200, 403, 200, 403),
        ((Role.AUDITOR,), "", 403, 403, 403, 403, 403),
        ((Role.AUDITOR,), "member", 403, 403, 403, 403, 403),
        ((Role.AUDITOR, Role.PMO), "", 200, 200, 403, 200, 403),
        ((Role.PROJECT_MANAGER,), "", 200, 200, 403, 200, 403),
        ((Role.POLICY_OWNER,), "", 200, 200, 403, 200, 403),
        ((Role.ADMINISTRATOR,), "", 200, 200, 403, 200, 200),
    ],
)
def test_a_role_or_a_team_is_what_it_takes(
    rita: Any, release: Any, door: str, roles: Any, team: str, adds: int, edits_own: int, edits: int, takes_own: int, takes: int
):
    somebody = UserFactory(roles=[Role.PMO])
    if team == "member":
        MembershipFactory(user=somebody)
    elif team == "lead":
        TeamFactory(lead=somebody)
    own, other = said(somebody, release), said(rita, release)
    people.set_roles(somebody, by=User.objects.operator(), roles=roles)
    somebody = User.objects.get(pk=somebody.pk)
    found = [
        send(door, somebody, "add", release, "A word."),
        send(door, somebody, "edit", own, "Another."),
        send(door, somebody, "edit", other, "Another."),
        send(door, somebody, "taking-back", own),
        send(door, somebody, "taking-back", other),
    ]
    expected = [adds, edits_own, edits, takes_own, takes]
    assert [200 if answer.status_code < 400 else answer.status_code for answer in found] == expected
    page = signed_in(somebody).get(release.get_absolute_url()).content.decode()
    assert ("in a team, may comment" in page) == (adds == 403)
    assert ('action="/comments/new/' in page) == (adds == 200)


@DOORS
def test_what_one_may_not_see_one_knows_no_comments_of(rita: Any, petra: Any, door: str):
    secret = restrict(ProjectFactory(code="SECRET"))
    output = OutputFactory(project=secret)
    inside = [said(petra, secret, "Merger with Initech."), said(petra, output, "Merger with Initech.")]
    for subject, comment in zip((secret, output), inside, strict=True):
        assert send(door, rita, "add", subject, "Me too.").status_code in (400, 404)
        assert [send(door, rita, verb, comment, "x").status_code for verb in ("edit", "taking-back")] == [404, 404]
        assert send(door, petra, "add", subject, "Me too.").status_code < 400
    with pytest.raises(NotVisible):
        said(rita, secret)
    mine, hers = Caller(user=rita), Caller(user=petra)
    assert (len(mine.rows("comments/")), len(hers.rows("comments/"))) == (0, 4)
    assert mine.get("comments/?subject=project:SECRET").status_code == 400
    assert len(hers.rows("comments/?subject=project:SECRET")) == 2
    assert mine.get(f"comments/{inside[0].pk}/").status_code == 404
    browser = signed_in(rita)
    assert browser.get(f"/comments/{inside[0].pk}/").status_code == 404
    assert browser.get("/comments/?subject=project:SECRET").status_code == 404


def test_a_list_is_not_answered_304_to_who_no_longer_sees(rita: Any, petra: Any):
    project = ProjectFactory(code="PAY")
    said(petra, project)
    caller = Caller(user=rita)
    commit()
    tags = {place: caller.get(place)["ETag"] for place in ("comments/", "comments/?subject=project:PAY")}
    assert [caller.get(place, **{"If-None-Match": tag}).status_code for place, tag in tags.items()] == [304, 304]
    restrict(project)
    commit()
    assert [caller.get(place, **{"If-None-Match": tag}).status_code for place, tag in tags.items()] != [304, 304]
    assert caller.rows("comments/") == []
    assert caller.get("comments/?subject=project:PAY").status_code == 400


def test_what_is_said_of_something_gone_is_seen_by_nobody(rita: Any):
    milestone: Any = MilestoneFactory()
    comment = said(rita, milestone)
    assert Caller(user=rita).rows("comments/")
    from projects.actions import milestones

    milestones.delete(milestone, by=UserFactory(roles=[Role.PMO]))
    assert Caller(user=rita).rows("comments/") == []
    assert signed_in(rita).get(f"/comments/{comment.pk}/").status_code == 404


# --- mentions


@DOORS
def test_people_are_named_by_address_and_kept_by_id(rita: Any, petra: Any, release: Any, door: str):
    text = "Look, @petra@demo.example and @RITA@Demo.Example: `@petra@demo.example`, mail petra@demo.example, https://x.example/@petra@demo.example."
    assert send(door, rita, "add", release, text).status_code < 400
    commit()
    comment: Any = Comment.objects.get()
    assert comment.mentioned == [petra.pk, rita.pk]
    assert comment.text.count(f"@{{user:{petra.pk}}}") == 2
    assert comment.text.endswith("mail petra@demo.example, https://x.example/@petra@demo.example.")
    (fact,) = Fact.objects.filter(verb="commented")
    assert fact.data["mentions"] == [{"kind": "user", "id": petra.pk}, {"kind": "user", "id": rita.pk}]
    page = signed_in(petra).get(release.get_absolute_url()).content.decode()
    assert '<span class="mention">@Petra</span>' in page
    assert f"Rita commented on {release} and mentioned Petra, Rita" in words(page)
    form = signed_in(rita).get(f"/comments/{comment.pk}/edit/").content.decode()
    assert "@petra@demo.example and @rita@demo.example" in form
    body = Caller(user=rita).get(f"comments/{comment.pk}/").json()
    assert [each["name"] for each in body["mentions"]] == ["Petra", "Rita"]
    # What was read may be sent back, and tells nobody twice.
    assert send("rest", rita, "edit", comment, body["text"] + " Please.").status_code == 200
    assert "mentions" not in Fact.objects.get(verb="changed_comment").data


def test_only_who_can_read_it_is_mentioned(rita: Any, petra: Any, release: Any):
    gone: Any = UserFactory(name="Gustav", email="gustav@demo.example", is_active=False)
    secret = restrict(ProjectFactory(code="SECRET"))
    cases = [
        (release, "@nobody@demo.example", 400, "Nobody here has the address nobody@demo.example"),
        (release, "@{user:987654321}", 400, "Nobody here has the id 987654321"),
        (release, "@gustav@demo.example", 422, "Gustav can no longer sign in"),
        (release, f"@{{user:{gone.pk}}}", 422, "Gustav can no longer sign in"),
        (release, f"@{{user:{User.objects.clock().pk}}}", 400, "Nobody here has the id"),
        (secret, "@rita@demo.example", 422, "Rita may not see this"),
    ]
    for subject, text, status, sentence in cases:
        for door in ("page", "rest"):
            answer = send(door, petra, "add", subject, text)
            assert answer.status_code == status
            assert sentence in answer.content.decode()
    assert not Comment.objects.exists()
    team = TeamFactory()
    MembershipFactory(team=team, user=rita)
    from tests.callers import in_a_deed

    in_a_deed(secret, lambda: secret.restricted_to.add(team))
    assert send("rest", petra, "add", secret, "@rita@demo.example").status_code == 201


def test_who_left_since_stays_in_what_was_said(rita: Any, petra: Any, release: Any):
    comment = said(rita, release, "Thanks, @petra@demo.example!")
    people.make_nameless(petra, by=UserFactory(roles=[Role.ADMINISTRATOR]))
    page = signed_in(rita).get(release.get_absolute_url()).content.decode()
    assert "@former colleague" in page
    assert "Petra" not in page
    form = signed_in(rita).get(f"/comments/{comment.pk}/edit/").content.decode()
    assert f"@{{user:{petra.pk}}}!" in form
    assert send("page", rita, "edit", comment, f"Many thanks, @{{user:{petra.pk}}}!").status_code == 302


def test_colleagues_are_offered_by_the_beginnings_of_their_names(rita: Any, petra: Any):
    UserFactory(name="Gone Petrov", is_active=False)
    UserFactory(name="Anna Petersen", email="ap@demo.example")
    browser = signed_in(rita)

    def offered(start: str) -> list[str]:
        return [each["name"] for each in browser.get("/comments/people/", {"q": start}).json()["people"]]

    assert offered("pet") == ["Anna Petersen", "Petra"]
    assert offered("ap@") == ["Anna Petersen"]
    assert [offered(start) for start in ("", "p", "etra", "%%", "p\0", "p" * 50)] == [[]] * 6
    assert browser.post("/comments/people/").status_code == 405
    assert signed_in(UserFactory(is_active=False)).get("/comments/people/?q=pet").status_code == 302


# --- what history knows


@pytest.mark.django_db(transaction=True)
def test_history_knows_that_there_is_one_and_never_what_it_says(rita: Any, petra: Any, release: Any):
    secret = restrict(ProjectFactory(code="SECRET"))
    comment = said(rita, release, "Unspeakable, @petra@demo.example.")
    comments.change(comment, {"text": "Unutterable."}, by=rita, at=timezone.now())
    comments.take_back(comment, by=rita, at=timezone.now())
    said(petra, secret, "Unmentionable.")
    people.make_nameless(petra, by=UserFactory(roles=[Role.ADMINISTRATOR]))
    told = "".join([str(list(model.objects.values())) for model in (Change, Fact, Event)])
    for word in ("Unspeakable", "Unutterable", "Unmentionable", "Petra", "petra@"):
        assert word not in told
    call_command("verify_history")
    reader = UserFactory(roles=[Role.RELEASE_MANAGER])
    events = Caller(user=reader).get("changes/?after=0&limit=1000").json()["events"]
    sentences = [fact["sentence"] for event in events for fact in event["facts"]]
    assert f"Rita commented on {release} and mentioned former colleague" in sentences
    assert f"Rita took a comment on {release} back" in sentences
    assert not any("SECRET" in sentence or "former colleague commented" in sentence for sentence in sentences)
    address = f"http://testserver/api/v1/comments/{comment.pk}/"
    objects = [each for event in events for each in event["objects"] if each["kind"] == "comment"]
    assert [each["url"] for each in objects] == [address] * 3


# --- bad input


@DOORS
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * (LONGEST_COMMENT + 1), "10000"),
        ("a\0b", ""),
        ("safe\u202etxt.exe", "U+202E"),
        ("\u2066hidden", "U+2066"),
        ("a\x07b", "U+0007"),
        (" ".join(f"@person{n}@nowhere.example" for n in range(300)), "at most 20 people"),
        (" ".join(f"@{{user:{n}}}" for n in range(1, 501)), "at most 20 people"),
    ],
)
def test_bad_texts_are_refused_with_a_sentence_and_kept_in_the_form(rita: Any, release: Any, door: str, text: str, sentence: str):
    answer = send(door, rita, "add", release, text)
    body = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in body
    assert not Comment.objects.exists()
    if door == "rest":
        assert list(answer.json()["errors"]) == ["text"]
    elif text.strip().isprintable():
        assert text.strip() in body


def test_what_cannot_be_text_is_refused(rita: Any, release: Any):
    caller = Caller(user=rita, scopes=WRITE)
    about = f"release:{release.pk}"
    for text in (None, 7, ["a"], {"a": 1}, True):
        assert caller.send("POST", "comments/", {"subject": about, "text": text}).status_code == 400
    assert caller.send("POST", "comments/", f'{{"subject": "{about}", "text": "\\ud800"}}').status_code == 400
    for subject in (
        "",
        "release",
        "release:",
        "release:999999",
        "release:\0",
        "nothing:1",
        "user:1",
        "comment:1",
        7,
        None,
        "release:" + "9" * 30,
    ):
        answer = caller.send("POST", "comments/", {"subject": subject, "text": "A word."})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["subject"]), subject
    assert caller.send("POST", "comments/", {"subject": about, "text": "A word.", "author": 1}).status_code == 400
    assert signed_in(rita).get("/comments/?subject=nothing:1").status_code == 404
    assert signed_in(rita).get("/comments/").status_code == 404


def test_nothing_hostile_reaches_the_page(rita: Any, release: Any):
    said(rita, release, "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>")
    page = signed_in(rita).get(release.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


# --- pages of many


def test_the_last_comments_stand_on_the_page_and_all_on_their_own(rita: Any, release: Any):
    browser = signed_in(rita)
    made = [said(rita, release, f"Word {n}.") for n in range(45)]
    page = words(browser.get(release.get_absolute_url()).content.decode())
    assert "Comments 45" in page
    assert ("Word 24." in page, "Word 25." in page, "Word 44." in page) == (False, True, True)
    earlier = words(browser.get(f"/comments/?subject=release:REL-{release.pk}&until={made[24].pk}").content.decode())
    assert ("Word 4." in earlier, "Word 5." in earlier, "Word 24." in earlier, "Word 25." in earlier) == (False, True, True, False)
    assert ("Earlier comments" in earlier, "Later comments" in earlier) == (True, True)
    first = browser.get(f"/comments/{made[0].pk}/", follow=True)
    assert first.redirect_chain[0][0].endswith(f"&from={made[0].pk}#comment-{made[0].pk}")
    shown = words(first.content.decode())
    assert ("Word 0." in shown, "Word 19." in shown, "Word 20." in shown, "Earlier comments" in shown) == (True, True, False, False)
    answer = send("page", rita, "edit", made[0], "Word zero.")
    assert answer.url == f"/comments/?subject=release:{release.pk}&from={made[0].pk}#comment-{made[0].pk}"
    assert notices(browser.get(f"/comments/?subject=release:{release.pk}&until=x")) != []


def test_twenty_comments_cost_the_queries_of_one(rita: Any, petra: Any, release: Any):
    browser = signed_in(rita)
    said(rita, release, "@petra@demo.example")

    def cost() -> int:
        commit()
        with CaptureQueriesContext(connection) as captured:
            browser.get(release.get_absolute_url())
        return len(captured)

    cost()
    one = cost()
    for _ in range(18):
        said(UserFactory(roles=[Role.PMO]), release, "@petra@demo.example")
    taken = said(petra, release)
    comments.take_back(taken, by=petra, at=timezone.now())
    # The activity names more people, in as many queries.
    assert cost() == one


# --- REST


def test_rest_shows_a_comment(rita: Any, release: Any):
    caller = Caller(user=rita, scopes=WRITE)
    answer = caller.send("POST", "comments/", {"subject": f"release:REL-{release.pk}", "text": "A word."})
    assert answer.status_code == 201
    body = answer.json()
    number = body["id"]
    assert answer["Location"] == body["url"] == f"http://testserver/api/v1/comments/{number}/"
    assert body["html_url"] == f"http://testserver/comments/{number}/"
    assert body["subject"] == {"kind": "release", "id": release.pk, "url": f"http://testserver/api/v1/releases/REL-{release.pk}/"}
    assert body["author"] == {"id": rita.pk, "name": "Rita", "url": None}
    assert (body["text"], body["mentions"], body["edited_at"], body["taken_back_at"]) == ("A word.", [], None, None)
    assert caller.get(body["url"]).json() == body
    taken = caller.send("DELETE", f"comments/{number}/")
    assert (taken.status_code, taken.json()["text"], taken.json()["taken_back_by"]["name"]) == (200, "", "Rita")


def test_rest_compares_what_was_seen_and_answers_again(rita: Any, release: Any):
    caller = Caller(user=rita, scopes=WRITE)
    sent = {"subject": f"release:{release.pk}", "text": "Once."}
    first, again = (caller.send("POST", "comments/", sent, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code, first.content == again.content) == (201, 201, True)
    assert caller.send("POST", "comments/", sent | {"text": "Twice."}, **{"Idempotency-Key": "k1"}).status_code == 422
    address = first.json()["url"]
    assert caller.send("PATCH", address, {"text": "New."}, **{"If-Match": first["ETag"]}).status_code == 200
    assert caller.send("PATCH", address, {"text": "Newer."}, **{"If-Match": first["ETag"]}).status_code == 412
    assert caller.send("DELETE", address, **{"If-Match": first["ETag"]}).status_code == 412
    assert caller.send("PATCH", address, {"subject": "release:1"}).status_code == 400
    assert caller.send("PUT", address, {"text": "x"}).status_code == 405
    assert Caller(user=rita).send("PATCH", address, {"text": "x"}).status_code == 403


def test_rest_lists_what_is_said_of_a_thing_by_any_of_its_names(rita: Any):
    project = ProjectFactory(code="PAY")
    service = ServiceFactory(slug="gateway")
    said(rita, service, "Other.")
    made = [said(rita, project, f"Word {n}.").pk for n in range(3)]
    caller = Caller(user=rita)
    for subject in (f"project:{project.pk}", "project:PAY"):
        assert [row["id"] for row in caller.walk(f"comments/?subject={subject}&limit=2")] == made
    assert len(caller.rows("comments/?subject=service:gateway")) == 1
    assert len(caller.rows("comments/")) == 4
    for wrong in ("project:NONE", "nothing:1", "milestone:some-code", "x"):
        answer = caller.get(f"comments/?subject={wrong}")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["subject"])


def test_lists_cost_the_same_for_one_row_and_for_thirty(rita: Any, release: Any):
    caller = Caller(user=rita)
    address = f"comments/?subject=release:{release.pk}"
    said(rita, release)
    caller.rows(address)
    one = caller.queries(address)
    for _ in range(29):
        said(rita, release)
    assert (len(caller.rows(address)), caller.queries(address)) == (30, one)
