"""Choosing a colleague in the field of a comment, by keyboard."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.pages import Organisation


def test_a_colleague_is_chosen_while_one_types(visit: Visit):
    organisation: Any = Organisation()
    visit.sign_in(organisation.reader)
    page = visit.go(f"/comments/new/?subject=release:{organisation.release.key}")
    field = page.get_by_label("Your comment")
    field.press_sequentially("Thanks, @Petr")
    option = page.get_by_role("option", name="Petra Keeper")
    option.wait_for()
    assert option.get_attribute("aria-selected") == "true"
    visit.check_now()
    field.press("Enter")
    assert field.input_value() == f"Thanks, @{organisation.keeper.email} "
    assert page.get_by_role("option").count() == 0
    field.press_sequentially("and @Nil")
    page.get_by_role("option", name="Nils Newcomer").wait_for()
    field.press("Escape")
    assert field.input_value().endswith(" and @Nil")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".mention", has_text="@Petra Keeper")).to_have_count(1)
    assert visit.complaints == []
