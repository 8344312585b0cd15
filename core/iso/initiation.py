"""pain.001.001.09: a file of payments that a bank hands to a clearing house."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from pyiso20022.pain.pain_001_001_09 import pain_001_001_09 as types

from core.iso.credit_transfer import remittance_of
from core.iso.documents import LARGEST_FILE, read, written
from core.iso.messages import LONGEST_WORDS, CreditTransfer, Initiation, Party, Unreadable
from core.iso.parties import account, agent, party_of, person
from core.iso.values import date_of, day, identity, moment, money, time_of, words

KIND = "pain.001.001.09"


def initiation(file: Initiation) -> bytes:
    """Return a file of at least one payment: one batch a day of settlement.

    :raises ValueError: if an id or an account number fits no message
    """
    batches = groupby(sorted(file.transfers, key=lambda one: one.settles_on), _settles_on)
    return written(
        types.Document(
            cstmr_cdt_trf_initn=types.CustomerCreditTransferInitiationV09(
                grp_hdr=types.GroupHeader85(
                    msg_id=identity(file.id),
                    cre_dt_tm=moment(file.made_at),
                    nb_of_txs=str(len(file.transfers)),
                    ctrl_sum=_sum(file.transfers),
                    initg_pty=person(types, file.debtor),
                ),
                pmt_inf=[
                    _batch(file, f"{file.id[:32]}-{number}", tuple(batch))
                    for number, (_, batch) in enumerate(batches, start=1)
                ],
            )
        ),
        KIND,
    )


def _settles_on(one: CreditTransfer) -> date:
    return one.settles_on


def _sum(transfers: Sequence[CreditTransfer]) -> Decimal:
    """Return the control sum: of the numbers, whatever their currencies, as the standard asks."""
    return sum((one.amount.major for one in transfers), Decimal(0))


def _batch(
    file: Initiation, name: str, transfers: tuple[CreditTransfer, ...]
) -> types.PaymentInstruction30:
    return types.PaymentInstruction30(
        pmt_inf_id=name,
        pmt_mtd=types.PaymentMethod3Code.TRF,
        btch_bookg=True,
        nb_of_txs=str(len(transfers)),
        ctrl_sum=_sum(transfers),
        reqd_exctn_dt=types.DateAndDateTime2Choice(dt=day(transfers[0].settles_on)),
        dbtr=person(types, file.debtor),
        dbtr_acct=account(types, file.debtor),
        dbtr_agt=agent(types, file.debtor),
        cdt_trf_tx_inf=[_transaction(one) for one in transfers],
    )


def _transaction(payment: CreditTransfer) -> types.CreditTransferTransaction34:
    told = words(payment.words, LONGEST_WORDS)
    return types.CreditTransferTransaction34(
        pmt_id=types.PaymentIdentification6(
            instr_id=identity(payment.id), end_to_end_id=identity(payment.end_to_end)
        ),
        amt=types.AmountType4Choice(
            instd_amt=types.ActiveOrHistoricCurrencyAndAmount(
                value=payment.amount.major, ccy=payment.amount.currency
            )
        ),
        ultmt_dbtr=person(types, payment.debtor),
        cdtr_agt=agent(types, payment.creditor),
        cdtr=person(types, payment.creditor),
        cdtr_acct=account(types, payment.creditor),
        purp=types.Purpose2Choice(cd=payment.purpose) if payment.purpose else None,
        rmt_inf=types.RemittanceInformation16(ustrd=[told]) if told else None,
    )


def read_initiation(content: bytes) -> Initiation:
    """Return the payments of a file, checked against its counts and its sum.

    :raises Unreadable: if it is not a valid pain.001.001.09, or a count or the sum is wrong
    """
    whole = read(content, types.Document, KIND, largest=LARGEST_FILE).cstmr_cdt_trf_initn
    header = whole.grp_hdr
    payer = whole.pmt_inf[0]
    transfers = tuple(
        _read(one, batch, header) for batch in whole.pmt_inf for one in batch.cdt_trf_tx_inf
    )
    if header.nb_of_txs != str(len(transfers)):
        raise Unreadable("it does not hold as many payments as it says")
    if header.ctrl_sum not in {None, _sum(transfers)}:
        raise Unreadable("its payments do not sum up to what it says")
    return Initiation(
        id=header.msg_id,
        debtor=party_of(payer.dbtr, payer.dbtr_acct, payer.dbtr_agt),
        transfers=transfers,
        made_at=time_of(header.cre_dt_tm),
    )


def _read(
    one: types.CreditTransferTransaction34,
    batch: types.PaymentInstruction30,
    header: types.GroupHeader85,
) -> CreditTransfer:
    when = batch.reqd_exctn_dt
    settles_on = date_of(when.dt) if when.dt else when.dt_tm and time_of(when.dt_tm).date()
    amount = one.amt.instd_amt
    if settles_on is None or amount is None:
        raise Unreadable("a payment without a day, or without an amount of its own")
    payer = party_of(batch.dbtr, batch.dbtr_acct, batch.dbtr_agt)
    behind = one.ultmt_dbtr or batch.ultmt_dbtr
    return CreditTransfer(
        id=one.pmt_id.instr_id or one.pmt_id.end_to_end_id,
        end_to_end=one.pmt_id.end_to_end_id,
        amount=money(amount.value, amount.ccy),
        debtor=Party((behind and behind.nm) or payer.name, payer.account, payer.bic, payer.code),
        creditor=party_of(one.cdtr, one.cdtr_acct, one.cdtr_agt),
        settles_on=settles_on,
        made_at=time_of(header.cre_dt_tm),
        words=remittance_of(one.rmt_inf),
        purpose=((one.purp.cd or one.purp.prtry) if one.purp else "") or "",
    )
