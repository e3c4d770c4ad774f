import pytest
from hypothesis import given

from chattui.text.inert import inert
from chattui.text.links import links, refused_schemes
from tests.text.test_inert import NASTY, assert_harmless


@pytest.mark.parametrize(
    ("text", "written", "target", "host"),
    [
        ("see https://a.example/x.", "https://a.example/x", "https://a.example/x", "a.example"),
        ("(http://a.example/b_(c))", "http://a.example/b_(c)", "http://a.example/b_(c)", "a.example"),
        ("HTTPS://A.Example", "HTTPS://A.Example", "https://a.example", "a.example"),
        ("http://a.example:8080/?q=ü", "http://a.example:8080/?q=ü", "http://a.example:8080/?q=%C3%BC", "a.example"),
        ("mailto:rosa@a.example?subject=x!", "mailto:rosa@a.example?subject=x", None, "rosa@a.example"),
        ("https://gооgle.com/", "https://gооgle.com/", "https://xn--ggle-55da.com/", "xn--ggle-55da.com"),
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/", None, "evil.example"),
        ("https://faß.example", "https://faß.example", "https://xn--fa-hia.example", "xn--fa-hia.example"),
        ("https://ｅｖｉｌ。example", "https://ｅｖｉｌ。example", "https://evil.example", "evil.example"),
        (
            "https://ba\u0127k.example/",
            "https://ba\u0127k.example/",
            "https://xn--bak-fta.example/",
            "xn--bak-fta.example",
        ),
        ("https://Ⅷ。example", "https://Ⅷ。example", "https://viii.example", "viii.example"),
        ("https://i❤.example", "https://i❤.example", "https://xn--i-7iq.example", "xn--i-7iq.example"),
        ("https://my_site.example", "https://my_site.example", None, "my_site.example"),
        ("http://[::1]:80/x", "http://[::1]:80/x", None, "[::1]"),
    ],
)
def test_a_link_and_where_it_leads(text: str, written: str, target: str | None, host: str) -> None:
    (link,) = links(inert(text))
    assert text[link.start : link.end] == written
    assert (link.target, link.host) == (target or written, host)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "https://[bad",
        "https://¯/",
        "https://...",
        "ftp://a.example",
        "mailto:nobody",
        "xhttp://a.b",
    ],
)
def test_what_is_no_link(text: str) -> None:
    assert links(inert(text)) == ()


def test_links_come_in_order() -> None:
    text = inert("https://a.example, then https://b.example!")
    assert [link.host for link in links(text)] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("https://Bank.example:8080/x?y#z", True),
        ("http://[::1]/", True),
        ("mailto:rosa@bank.example", True),
        ("https://ban\u0138.example/", False),
        ("https://ｂａｎｋ.example/", False),
        ("https://bank.example@evil.example/", False),
        ("mailto:rosa@ban\u0138.example", False),
    ],
)
def test_whether_the_text_itself_names_the_host(text: str, *, plain: bool) -> None:
    (link,) = links(inert(text))
    assert link.plain is plain


@pytest.mark.parametrize(
    ("text", "schemes"),
    [
        ("javascript:alert(1) or JavaScript:alert(2)", ("javascript",)),
        ("file:///etc/passwd, ftp://a.example", ("file", "ftp")),
        ("data:text/html,x vscode://x tel:+44", ("data", "vscode", "tel")),
        ("https://a.example mailto:a@b.example", ()),
        ("at 12:30, note: see file: the one you sent", ()),
        ("https://[bad", ()),
    ],
)
def test_what_else_could_be_opened_and_is_not(text: str, schemes: tuple[str, ...]) -> None:
    assert refused_schemes(inert(text)) == schemes


LONG = [
    "a." * 5_000,
    "a:" * 5_000,
    "https://[ " * 1_000,
    "https://a.b " * 830,
    "https://a" + ")" * 9_990,
    "(https://a" * 990,
]


@pytest.mark.timeout(5)
@pytest.mark.parametrize("raw", LONG, ids=lambda raw: raw[:10])
def test_no_message_takes_long(raw: str) -> None:
    for _ in range(20):
        links(inert(raw))
        refused_schemes(inert(raw))


@given(NASTY)
def test_a_target_is_plain_ascii(raw: str) -> None:
    for link in links(inert("https://" + raw + " mailto:a@" + raw)):
        assert_harmless(link.target)
        assert link.target.isascii()
        assert " " not in link.target
