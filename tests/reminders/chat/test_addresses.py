"""Which addresses of chats are let through, and how the others are refused."""

import pytest

from reminders.channels.chat.addresses import SERVICES, NoChat, read

TOKEN = "3ccdd113474722377935511fc85d3dd4"


@pytest.mark.parametrize(
    ("written", "service", "url", "host"),
    [
        (f" mmosts://chat.example.org:8443/team/{TOKEN} ", "mmosts", f"mmosts://chat.example.org:8443/team/{TOKEN}/", "chat.example.org:8443"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXr", "slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXr/", ""),
        ("slack://xoxb-1234-1234-4ddbc191d40ee098cbaae/#releases", "slack", "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae/#releases/", ""),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIia", "slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIia/", ""),
        ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2", "discord", "discord://4174216298/JHMHI8qBe7bk2/", ""),
        (
            "https://chat.googleapis.com/v1/spaces/AAAAk6lGXyM/messages?key=AIzaSy&token=O7b1nyri_waO%3D",
            "gchat",
            "gchat://AAAAk6lGXyM/AIzaSy/O7b1nyri_waO=/",
            "",
        ),
        (
            "https://prod-1.westeurope.logic.azure.com:443/workflows/0f3c/triggers/manual/paths/invoke"
            "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=b8Sd-x_1",
            "workflows",
            "workflows://prod-1.westeurope.logic.azure.com/0f3c/b8Sd-x_1/",
            "prod-1.westeurope.logic.azure.com",
        ),
        (
            "https://x.environment.api.powerplatform.com/powerautomate/automations/direct/cu/21/workflows/0f3c/triggers/manual/paths/invoke?sig=b8",
            "workflows",
            "workflows://x.environment.api.powerplatform.com/0f3c/b8/?pa=yes&route=21",
            "x.environment.api.powerplatform.com",
        ),
        ("ntfy://releases", "ntfys", "ntfys://releases/", ""),
        ("ntfys://tk_abc@ntfy.example.org/releases", "ntfys", "ntfys://tk_abc@ntfy.example.org/releases/", "ntfy.example.org"),
        ("matrixs://secret@hookshot.example.org", "matrixs", "matrixs://secret@hookshot.example.org/?mode=hookshot", "hookshot.example.org"),
        ("tgram://123456789:abcdefg_hijklmnop/-12315544", "tgram", "tgram://123456789:abcdefg_hijklmnop/-12315544/", ""),
    ],
)  # fmt: skip
def test_addresses_of_chats_are_read_as_they_are_written_or_shown(written, service, url, host):
    found = read(written)
    assert (found.service.schema, found.url, found.host) == (service, url, host)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "Begin the address with the service"),
        ("hello", "Begin the address with the service"),
        ("json://example.org/", "Begin the address with the service"),
        ("file:///etc/passwd", "Begin the address with the service"),
        ("syslog://", "Begin the address with the service"),
        ("mailto://me:secret@example.org", "Begin the address with the service"),
        ("https://example.org/hook", "not one of a chat that is known"),
        ("https://hooks.slack.com.evil.example/services/T1/A1/TI", "not one of a chat that is known"),
        ("https://chat.googleapis.com/v1/spaces/AAAA/messages?key=AIza", "behind token="),
        ("slack://T1JJ3T3L2", "not how an address of Slack looks"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIia/#a,#b", "not how an address of Slack looks"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIia/%2C", "not how an address of Slack looks"),
        ("mmosts://user:word@chat.example.org/" + TOKEN, "not how an address of Mattermost looks"),
        ("tgram://123456789:abcdefg_hijklmnop", "not how an address of Telegram looks"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIia?template=file:///etc/passwd", "Leave “template” out"),
        ("ntfys://ntfy.example.org/a?attach=file:///etc/passwd", "Leave “attach” out"),
        ("ntfys://ntfy.example.org/a?verify=no", "Leave “verify” out"),
        ("mmosts://chat.example.org/" + TOKEN + "?redirect=yes", "Leave “redirect” out"),
        ("mmosts://chat.example.org/" + TOKEN + "?rto=600", "Leave “rto” out"),
        ("matrixs://secret@hookshot.example.org?mode=off", "“mode” cannot be “off”"),
        ("mmost://chat.example.org/" + TOKEN, "Write mmosts:// instead of mmost://"),
        ("mmosts://10.0.0.7/" + TOKEN, "private or reserved"),
        ("mmosts://169.254.169.254/" + TOKEN, "private or reserved"),
        ("mmosts://chat.example.org:99999/" + TOKEN, "not an address"),
        ("mmosts://chat.example.org/a b", "no spaces"),
        ("mmosts://chät.example.org/" + TOKEN, "plain characters"),
        ("slack://" + "a" * 500, "at most 500"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(written, why):
    with pytest.raises(NoChat, match=why.replace("(", r"\(")):
        read(written)


def test_a_plain_one_is_for_hosts_that_the_operator_trusts(settings):
    settings.OUTGOING_HOSTS = ["chat.internal"]
    assert read("mmost://chat.internal/" + TOKEN).url == f"mmost://chat.internal/{TOKEN}/"


def test_every_service_says_how_its_addresses_look():
    assert len({each.schema for each in SERVICES}) == len(SERVICES)
    for service in SERVICES:
        assert service.example.startswith(f"{service.schema}://")
