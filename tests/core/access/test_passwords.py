import pytest

from core.access.passwords import LONGEST, Passwords, WeakPassword

ABOUT = ("ruth.nyambura@wekeza.test", "Ruth Nyambura")
passwords = Passwords()


@pytest.mark.parametrize(
    "password",
    ["correct horse", "tembo-saba-9", "mgeni njoo leo", "п@роль на русском", "x7!kQ2#m"],
)
def test_a_good_password_passes_and_is_known_again(password):
    kept = passwords.choose(password, about=ABOUT)
    assert password not in kept
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(kept, password)
    assert not passwords.verify(kept, password + " ")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("k4#Zp9!", "short"),
        ("é" * (LONGEST + 1), "long"),
        ("aaaaaaaaaaaa", "expected"),
        ("Password2026!", "expected"),
        ("Wekeza2026!", "expected"),
        ("wekeza-demo", "expected"),
        ("qwerty12345678", "expected"),
        ("1234567890", "expected"),
        ("Nyambura-2026", "expected"),
        ("ruth.nyambura@wekeza.test", "expected"),
    ],
)
def test_what_anybody_would_try_first_is_refused(password, why):
    with pytest.raises(WeakPassword) as refused:
        passwords.choose(password, about=ABOUT)
    assert refused.value.facts["why"] == why


def test_the_demos_password_passes_in_the_demo_alone():
    assert Passwords(allowed=("wekeza-demo",)).choose("wekeza-demo", about=ABOUT)


def test_letters_are_the_same_however_a_keyboard_composes_them():
    assert passwords.verify(passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_nobody_has_a_password():
    assert not passwords.verify(None, "the password of nobody at all")
    assert not passwords.verify("not a hash", "anything")
    assert not passwords.verify(passwords.hash("x"), "x" * 5000)
