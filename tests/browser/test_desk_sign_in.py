"""Coming in: password, second factor, letters; and going out."""

import re
import time

from playwright.sync_api import expect

from core.access.mfa import code_at
from tests.browser.colleagues import sign_in
from tests.support.until import until


def test_with_a_second_factor(colleagues):
    page = colleagues.page("compliance", fresh=True)
    expect(page.locator("h1")).to_have_text("Welcome, Halima")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".said")).to_have_text("You are signed out.")
    page.goto("/desk/cases")
    expect(page).to_have_url(re.compile(r"/desk/sign-in\?next="))


def test_where_one_was_going_is_where_one_arrives(colleagues):
    page = colleagues.stranger("/desk/cases?tab=late")
    sign_in(page, "agent")
    expect(page).to_have_url(re.compile(r"/desk/cases\?tab=late$"))


def test_a_wrong_password_and_a_wrong_code(colleagues):
    page = colleagues.stranger("/desk/sign-in?next=https://elsewhere.example/")
    page.get_by_label("E-mail").fill("agent@wekeza.test")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("E-mail or password is not right")
    sign_in(page, "agent")
    expect(page).to_have_url(re.compile(r"/desk$"))  # never out of the house


def test_navigation_is_what_the_role_allows(colleagues):
    expected = {
        "agent": ["Home", "Cases", "Customers", "Team", "My security"],
        "supervisor": [
            "Home",
            "Cases",
            "Customers",
            "Approvals",
            "Team",
            "Operations",
            "My security",
        ],
        "admin": ["Home", "Approvals", "Team", "Audit log", "Staff", "My security"],
        "auditor": [
            "Home",
            "Cases",
            "Customers",
            "Approvals",
            "Team",
            "Operations",
            "Audit log",
            "My security",
        ],
    }
    for role, places in expected.items():
        page = colleagues.page(role)
        shown = page.locator(".places a > span:first-of-type").all_inner_texts()
        assert shown == places


def test_an_invitation_leads_in(colleagues, stack):
    admin = colleagues.page("admin", "/desk/staff")
    admin.get_by_label("Name").fill("Wanjiku Karanja")
    admin.get_by_label("E-mail", exact=True).fill("wanjiku@wekeza.test")
    admin.get_by_label("Role").select_option("agent")
    admin.get_by_role("button", name="Invite").click()
    expect(admin.locator(".said")).to_contain_text("Invited")
    expect(admin.locator("tr", has_text="Wanjiku")).to_contain_text("invited")
    letters = colleagues.stranger("/simulator/mail")
    until(lambda: letters.reload() and letters.locator("a", has_text="Your log-in").count())
    letters.locator("a", has_text="Your log-in").first.click()
    link = re.search(r"/desk/join\S+", letters.locator("pre").inner_text())[0]
    page = colleagues.stranger(link)
    expect(page.locator("#token")).to_be_hidden()
    assert page.url.endswith("/desk/join")
    page.get_by_label("Password").fill("wekezawekeza")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("Anybody would try that")
    page.get_by_label("Password").fill("three green teapots")
    page.get_by_role("button", name="Join").click()
    page.get_by_label("E-mail").fill("wanjiku@wekeza.test")
    page.get_by_label("Password").fill("three green teapots")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Welcome, Wanjiku")


def test_a_second_factor_is_set_up_with_its_picture(colleagues):
    page = colleagues.page("operations", "/desk/security", fresh=True)
    page.get_by_role("button", name="Set one up").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator("section code").inner_text()
    page.locator("#code").fill("000000")
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    page.get_by_role("button", name="Set one up").click()
    secret = page.locator("section code").inner_text()
    page.locator("#code").fill(code_at(secret, int(time.time())))
    page.get_by_role("button", name="Put it in force").click()
    expect(page.locator(".codes li")).to_have_count(10)
