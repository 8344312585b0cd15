"""Every story the bank can tell. A new one needs its file, its words and a place here."""

from flows.agent import Agent
from flows.airtime import Airtime
from flows.alert_choices import AlertChoices
from flows.balance import Balance
from flows.blocked import Blocked
from flows.card_activate import CardActivate
from flows.card_close import CardClose
from flows.card_dispute import CardDispute
from flows.card_freeze import CardFreeze
from flows.card_limits import CardLimits
from flows.card_lost import CardLost
from flows.card_pin import CardPin
from flows.card_recent import CardRecent
from flows.card_replace import CardReplace
from flows.card_request import CardRequest
from flows.card_show import CardShow
from flows.card_status import CardStatus
from flows.card_unfreeze import CardUnfreeze
from flows.cash_code import CashCode
from flows.change_pin import ChangePin
from flows.clarify import Clarify
from flows.dated_statement import DatedStatement
from flows.deposit import Deposit
from flows.devices import Devices
from flows.email import Email
from flows.exchange import Exchange
from flows.fees import Fees
from flows.groups import group
from flows.help import Help
from flows.join import Join
from flows.language import Language
from flows.limits import Limits
from flows.link import Link
from flows.lock_account import LockAccount
from flows.main_wallet import MainWallet
from flows.menu import offer
from flows.move_money import MoveMoney
from flows.my_cases import MyCases
from flows.my_payouts import MyPayouts
from flows.my_plans import MyPlans
from flows.my_rate_alerts import MyRateAlerts
from flows.my_requests import MyRequests
from flows.my_waiting import MyWaiting
from flows.open_wallet import OpenWallet
from flows.past import KEPT
from flows.pay_bill import PayBill
from flows.pay_request import PayRequest
from flows.people import People
from flows.plan import Plan
from flows.plan_airtime import PlanAirtime
from flows.plan_bill import PlanBill
from flows.plan_payout import PlanPayout
from flows.rate_alert import RateAlert
from flows.rates import Rates
from flows.receipt import Receipt
from flows.report import Report
from flows.request_money import RequestMoney
from flows.reset_pin import ResetPin
from flows.resume import Resume
from flows.save_person import SavePerson
from flows.send_abroad import SendAbroad
from flows.send_money import SendMoney
from flows.statement import Statement
from flows.step_up import StepUp
from flows.story import Flow
from flows.thanks import Thanks
from flows.till import Till
from flows.verify_me import VerifyMe
from flows.versions import Catalog
from flows.wallets import Wallets
from flows.withdraw import Withdraw

REQUESTS = (RequestMoney, PayRequest, MyRequests, MyWaiting, Blocked)
SECURITY = (ChangePin, LockAccount, Devices)
ACCOUNT = (
    People,
    Wallets,
    DatedStatement,
    group("security", SECURITY),
    Email,
    AlertChoices,
    Language,
    VerifyMe,
)
CARE = (Report, MyCases, Agent, Fees, Limits, Help)
CASH = (Deposit, Withdraw, CashCode, MyPayouts)
BILLS = (Airtime, PayBill, Plan, MyPlans)
CARD_MORE = (
    CardActivate,
    CardPin,
    CardLimits,
    CardShow,
    CardRecent,
    CardDispute,
    CardReplace,
    CardClose,
)
CARDS = (
    CardRequest,
    CardStatus,
    CardFreeze,
    CardUnfreeze,
    CardLost,
    group("card_more", CARD_MORE),
)
FOREX = (Exchange, Rates, RateAlert, MyRateAlerts, SendAbroad)

# What the menu offers, in this order: to customers, and to those who may become one. Its first page
# fits one screen of USSD: what belongs together has a page of its own.
CUSTOMERS: tuple[type[Flow], ...] = (
    SendMoney,
    Balance,
    Statement,
    group("cash", CASH, for_agents=(Till,)),
    group("bills", BILLS),
    group("bank_cards", CARDS),
    group("forex", FOREX),
    group("requests", REQUESTS),
    group("account", ACCOUNT),
    group("care", CARE),
)
STRANGERS: tuple[type[Flow], ...] = (Join, Link, LockAccount, Language, Help)
Menu = offer(CUSTOMERS, strangers=STRANGERS)
MENU: tuple[str, ...] = tuple(story.name for story in CUSTOMERS)

_WALLETS = (MoveMoney, OpenWallet, MainWallet)
_PLANS = (PlanBill, PlanAirtime, PlanPayout)
_OTHERS: tuple[type[Flow], ...] = (
    *CASH, *BILLS, *CARDS, *CARD_MORE, *FOREX, *REQUESTS, *ACCOUNT, *SECURITY, *CARE, *_WALLETS,
    *_PLANS, Till, Receipt, SavePerson, Menu, ResetPin, Resume, Clarify, StepUp, Thanks,
)  # fmt: skip

STORIES: dict[str, type[Flow]] = {story.name: story for story in (*CUSTOMERS, *STRANGERS, *_OTHERS)}

PAST: dict[tuple[str, int], type[Flow]] = {(story.name, story.version): story for story in KEPT}
"""Older versions whose conversations finish on them. No new one begins there."""

RETIRED: frozenset[str] = frozenset()
"""Stories that are told no more. An unknown one that is not named here is taken for a newer one."""

CATALOG = Catalog(STORIES, PAST, RETIRED)
