"""pacs.002.001.10: how a payment stands, told by whoever was asked to carry it out."""

from pyiso20022.pacs.pacs_002_001_10 import pacs_002_001_10 as types

from core.iso.credit_transfer import KIND as CREDIT_TRANSFER
from core.iso.documents import LARGEST_FILE, LARGEST_MESSAGE, read, written
from core.iso.messages import Status, Unreadable
from core.iso.values import date_of, day, identity, moment, money, time_of, words

KIND = "pacs.002.001.10"
LONGEST_REASON = 105


def status(*told: Status) -> bytes:
    """Return one report on as many payments as given, at least one.

    :raises ValueError: if an id fits no message
    """
    first = told[0]
    return written(
        types.Document(
            fito_fipmt_sts_rpt=types.FitoFipaymentStatusReportV10(
                grp_hdr=types.GroupHeader91(
                    msg_id=identity(first.id), cre_dt_tm=moment(first.made_at)
                ),
                tx_inf_and_sts=[_transaction(one) for one in told],
            )
        ),
        KIND,
    )


def _transaction(one: Status) -> types.PaymentTransaction110:
    amount = None
    if one.amount is not None:
        amount = types.OriginalTransactionReference28(
            intr_bk_sttlm_amt=types.ActiveOrHistoricCurrencyAndAmount(
                value=one.amount.major, ccy=one.amount.currency
            )
        )
    return types.PaymentTransaction110(
        sts_id=identity(one.id),
        orgnl_grp_inf=_group(one.original) if one.original else None,
        orgnl_instr_id=one.original or None,
        orgnl_end_to_end_id=identity(one.end_to_end),
        orgnl_tx_id=one.original or None,
        tx_sts=one.code,
        sts_rsn_inf=_reason(one),
        accptnc_dt_tm=moment(one.made_at),
        fctv_intr_bk_sttlm_dt=(
            types.DateAndDateTime2Choice(dt=day(one.settled_on)) if one.settled_on else None
        ),
        acct_svcr_ref=one.reference or None,
        orgnl_tx_ref=amount,
    )


def _group(original: str) -> types.OriginalGroupInformation29:
    return types.OriginalGroupInformation29(orgnl_msg_id=original, orgnl_msg_nm_id=CREDIT_TRANSFER)


def _reason(one: Status) -> list[types.StatusReasonInformation12]:
    told = words(one.words, LONGEST_REASON)
    if not one.reason and told is None:
        return []
    return [
        types.StatusReasonInformation12(
            rsn=types.StatusReason6Choice(cd=one.reason) if one.reason else None,
            addtl_inf=[told] if told else [],
        )
    ]


def read_status(content: bytes) -> Status:
    """Return how the one payment of a pacs.002 stands.

    :raises Unreadable: if it is not a valid pacs.002.001.10, or not about one payment
    """
    found = _read_all(content, LARGEST_MESSAGE)
    if len(found) != 1:
        raise Unreadable("not a report on one payment")
    return found[0]


def read_statuses(content: bytes) -> tuple[Status, ...]:
    """Return how each payment of a pacs.002 stands, such as of a whole file's.

    :raises Unreadable: if it is not a valid pacs.002.001.10
    """
    return _read_all(content, LARGEST_FILE)


def _read_all(content: bytes, largest: int) -> tuple[Status, ...]:
    whole = read(content, types.Document, KIND, largest=largest).fito_fipmt_sts_rpt
    return tuple(_read(one, whole.grp_hdr) for one in whole.tx_inf_and_sts)


def _read(one: types.PaymentTransaction110, header: types.GroupHeader91) -> Status:
    why = one.sts_rsn_inf[0] if one.sts_rsn_inf else None
    reason = why.rsn if why else None
    moved = one.orgnl_tx_ref.intr_bk_sttlm_amt if one.orgnl_tx_ref else None
    settled = one.fctv_intr_bk_sttlm_dt
    if not one.orgnl_end_to_end_id or not one.tx_sts:
        raise Unreadable("a status without a payment, or a payment without a status")
    return Status(
        id=one.sts_id or header.msg_id,
        end_to_end=one.orgnl_end_to_end_id,
        code=one.tx_sts,
        made_at=time_of(header.cre_dt_tm),
        original=one.orgnl_tx_id or one.orgnl_instr_id or "",
        reason=((reason.cd or reason.prtry) if reason else "") or "",
        words=" ".join(why.addtl_inf) if why else "",
        amount=money(moved.value, moved.ccy) if moved else None,
        reference=one.acct_svcr_ref or one.clr_sys_ref or "",
        settled_on=date_of(settled.dt) if settled and settled.dt else None,
    )
