"""Sign-in, the second factor and /me/ in a real browser, step by step; test_every_page looks at the pages as they open."""

import hmac
import struct
import time
from base64 import b32decode

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.actions import demo
from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def demonstration(settings, live_server):
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # thirteen people, made for every test
    cache.clear()
    demo.make_people(by=User.objects.operator())


def code_of(secret: str) -> str:
    """What an authenticator app shows at this moment (RFC 6238)."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    return f"{(struct.unpack_from('>I', digest, digest[19] & 15)[0] & 0x7FFFFFFF) % 1_000_000:06}"


def confirm(page):
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Confirm").click()


def enter_as(visit, title):
    visit.go("/accounts/login/?next=/me/")
    visit.page.get_by_role("button", name=title).click()
    visit.page.wait_for_url("**/me/")


def test_the_sign_in_page_of_a_demonstration(visit):
    visit.go("/accounts/login/")
    visit.check()


def test_a_wrong_password_is_said_where_it_is_heard(visit):
    visit.go("/accounts/login/")
    visit.page.get_by_label("Email").fill("pmo@demo.example")
    visit.page.get_by_label("Password").fill("wrong")
    visit.page.get_by_role("button", name="Sign in", exact=True).click()
    assert "not correct" in visit.page.get_by_role("alert").inner_text()
    visit.check_now()


def test_one_click_as_somebody_further_down(visit):
    visit.go("/accounts/login/?next=/me/")
    visit.page.get_by_text("Somebody else").click()
    visit.check_now()
    visit.page.get_by_role("button", name="Auditor").click()
    assert visit.page.get_by_role("heading", level=1).inner_text() == "Margaret Doyle"


def test_a_token_is_made_and_revoked(visit):
    enter_as(visit, "PMO lead")
    page = visit.page
    page.get_by_text("New token…").click()
    page.get_by_text("New absence…").click()
    visit.check()
    page.get_by_label("Name", exact=True).fill("pipeline")
    page.get_by_role("button", name="Make the token").click()
    confirm(page)
    assert page.get_by_label("Token", exact=True).input_value().startswith("rc_")
    visit.check()
    page.get_by_role("button", name="Revoke pipeline").click()
    expect(page.get_by_role("status").filter(has_text="“pipeline” no longer works.")).to_be_visible()


def test_a_second_factor_from_setting_it_up_to_losing_it(visit):
    enter_as(visit, "PMO lead")
    page = visit.page
    visit.go("/accounts/2fa/totp/activate/")
    visit.check_now()
    confirm(page)
    visit.check_now()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Activate").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    recovery = page.get_by_label("Unused codes").input_value().split()
    visit.check_now()

    page.context.clear_cookies()
    visit.go("/accounts/login/?next=/me/")
    page.get_by_role("button", name="PMO lead").click()
    page.wait_for_url("**/accounts/2fa/authenticate/")
    visit.check_now()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    assert "Incorrect code" in page.locator("main").inner_text()
    page.get_by_label("Code").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/me/")


def test_me_without_scripts(visit):
    enter_as(visit, "PMO lead")
    cookies = visit.page.context.cookies()
    visit.without_scripts()
    visit.page.context.add_cookies(cookies)
    visit.go("/me/")
    visit.page.get_by_label("Time zone").fill("Asia/Kolkata")
    visit.page.get_by_role("button", name="Save").click()
    assert User.objects.get(email="pmo@demo.example").time_zone == "Asia/Kolkata"
