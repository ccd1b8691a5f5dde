"""What is sealed can be read again, by us alone."""

import pytest
from django.test import override_settings

from common import sealing

SECRET = "whsec_ünïcode"
OLD, NEW = "an old key of at least fifty characters, so that it counts", "a new key of at least fifty characters, so that it counts"


def test_a_secret_comes_back_and_is_not_to_be_read_in_between():
    sealed = sealing.seal(SECRET)
    assert SECRET not in sealed
    assert sealed != sealing.seal(SECRET)
    assert sealing.opened(sealed) == SECRET


def test_another_key_opens_nothing_and_an_earlier_one_still_does():
    with override_settings(SECRET_KEY=OLD):
        sealed = sealing.seal(SECRET)
    with override_settings(SECRET_KEY=NEW), pytest.raises(sealing.CannotOpen, match="entered anew"):
        sealing.opened(sealed)
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        assert sealing.opened(sealed) == SECRET


@pytest.mark.parametrize("spoilt", ["", "plain", "gAAAAA==", "\u00fc"])
def test_what_was_not_sealed_is_refused(spoilt: str):
    with pytest.raises(sealing.CannotOpen):
        sealing.opened(spoilt)
