"""camt.053.001.08: a day's statement, as a bank that keeps our account would write it."""

from datetime import date, datetime
from decimal import Decimal

from pyiso20022.camt.camt_053_001_08 import camt_053_001_08 as types

from core.iso.documents import written
from core.iso.messages import LONGEST_NAME, LONGEST_WORDS, Entry, Party, Statement
from core.iso.parties import account, agent
from core.iso.values import day, moment, words
from core.money import Money

KIND = "camt.053.001.08"
PAID, RECEIVED, GIVEN_BACK = "PMNT-ICDT-DMCT", "PMNT-RCDT-DMCT", "PMNT-RCDT-RRTN"
"""ISO 20022's codes for a payment out, a payment in, and one of ours that came back."""


def statement(told: Statement, *, made_at: datetime) -> bytes:
    """Return a statement of one account.

    :raises ValueError: if it has no balances, or its days are not told
    """
    keeper = Party(account=told.account, bic=told.bank)
    within = account(types, keeper)
    return written(
        types.Document(
            bk_to_cstmr_stmt=types.BankToCustomerStatementV08(
                grp_hdr=types.GroupHeader81(msg_id=told.id, cre_dt_tm=moment(made_at)),
                stmt=[
                    types.AccountStatement9(
                        id=told.id,
                        elctrnc_seq_nb=Decimal(told.number) if told.number.isdigit() else None,
                        cre_dt_tm=moment(made_at),
                        acct=types.CashAccount39(
                            id=within.id,
                            ccy=told.currency,
                            svcr=agent(types, keeper) if told.bank else None,
                        ),
                        bal=[
                            _balance("OPBD", told.opening, told.opened_on),
                            _balance("CLBD", told.closing, told.closed_on),
                        ],
                        ntry=[_entry(one) for one in told.entries],
                    )
                ],
            )
        ),
        KIND,
    )


def _balance(code: str, amount: Money | None, on: date | None) -> types.CashBalance8:
    if amount is None or on is None:
        raise ValueError("a statement has two balances, each of a day")
    return types.CashBalance8(
        tp=types.BalanceType13(cd_or_prtry=types.BalanceType10Choice(cd=code)),
        amt=_amount(amount),
        cdt_dbt_ind=_side(amount),
        dt=types.DateAndDateTime2Choice(dt=day(on)),
    )


def _entry(one: Entry) -> types.ReportEntry10:
    return types.ReportEntry10(
        amt=_amount(one.amount),
        cdt_dbt_ind=_side(one.amount),
        rvsl_ind=one.reversal or None,
        sts=types.EntryStatus1Choice(cd="BOOK" if one.booked else "PDNG"),
        bookg_dt=_on(one.booked_on),
        val_dt=_on(one.valued_on),
        acct_svcr_ref=one.reference,
        bk_tx_cd=_code(one.code),
        ntry_dtls=[types.EntryDetails9(tx_dtls=[_detail(one)])],
    )


def _detail(one: Entry) -> types.EntryTransaction10:
    told = words(one.words, LONGEST_WORDS)
    return types.EntryTransaction10(
        refs=types.TransactionReferences6(
            end_to_end_id=one.end_to_end or "NOTPROVIDED", tx_id=one.instruction or None
        ),
        rltd_pties=_parties(one) if one.name or one.account else None,
        rmt_inf=types.RemittanceInformation16(ustrd=[told]) if told else None,
        rtr_inf=(
            types.PaymentReturnReason5(rsn=types.ReturnReason5Choice(cd=one.reason))
            if one.reason
            else None
        ),
    )


def _parties(one: Entry) -> types.TransactionParties6:
    name = words(one.name, LONGEST_NAME)
    person = types.Party40Choice(pty=types.PartyIdentification135(nm=name)) if name else None
    number = account(types, Party(account=one.account))
    if one.amount.minor < 0:
        return types.TransactionParties6(cdtr=person, cdtr_acct=number)
    return types.TransactionParties6(dbtr=person, dbtr_acct=number)


def _code(code: str) -> types.BankTransactionCodeStructure4:
    domain, family, kind = code.split("-")
    return types.BankTransactionCodeStructure4(
        domn=types.BankTransactionCodeStructure5(
            cd=domain, fmly=types.BankTransactionCodeStructure6(cd=family, sub_fmly_cd=kind)
        )
    )


def _amount(amount: Money) -> types.ActiveOrHistoricCurrencyAndAmount:
    return types.ActiveOrHistoricCurrencyAndAmount(value=abs(amount.major), ccy=amount.currency)


def _side(amount: Money) -> types.CreditDebitCode:
    return types.CreditDebitCode.DBIT if amount.minor < 0 else types.CreditDebitCode.CRDT


def _on(told: date | None) -> types.DateAndDateTime2Choice | None:
    return types.DateAndDateTime2Choice(dt=day(told)) if told else None
