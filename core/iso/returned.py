"""pacs.004.001.09: money of a settled payment comes back, and why."""

from pyiso20022.pacs.pacs_004_001_09 import pacs_004_001_09 as types

from core.iso.credit_transfer import KIND as CREDIT_TRANSFER
from core.iso.documents import read, written
from core.iso.messages import Returned, Unreadable
from core.iso.values import date_of, day, identity, moment, money, time_of, words

KIND = "pacs.004.001.09"
LONGEST_REASON = 105


def returned(told: Returned) -> bytes:
    """Return the message that gives one payment back.

    :raises ValueError: if an id fits no message
    """
    return written(
        types.Document(
            pmt_rtr=types.PaymentReturnV09(
                grp_hdr=types.GroupHeader90(
                    msg_id=identity(told.id),
                    cre_dt_tm=moment(told.made_at),
                    nb_of_txs="1",
                    sttlm_inf=types.SettlementInstruction7(
                        sttlm_mtd=types.SettlementMethod1Code.CLRG
                    ),
                ),
                tx_inf=[_transaction(told)],
            )
        ),
        KIND,
    )


def _transaction(told: Returned) -> types.PaymentTransaction112:
    why = words(told.words, LONGEST_REASON)
    first = told.original_amount
    return types.PaymentTransaction112(
        rtr_id=identity(told.id),
        orgnl_grp_inf=(
            types.OriginalGroupInformation29(
                orgnl_msg_id=told.original, orgnl_msg_nm_id=CREDIT_TRANSFER
            )
            if told.original
            else None
        ),
        orgnl_instr_id=told.original or None,
        orgnl_end_to_end_id=identity(told.end_to_end),
        orgnl_tx_id=told.original or None,
        orgnl_intr_bk_sttlm_amt=(
            types.ActiveOrHistoricCurrencyAndAmount(value=first.major, ccy=first.currency)
            if first
            else None
        ),
        rtrd_intr_bk_sttlm_amt=types.ActiveCurrencyAndAmount(
            value=told.amount.major, ccy=told.amount.currency
        ),
        intr_bk_sttlm_dt=day(told.settles_on),
        rtr_rsn_inf=[
            types.PaymentReturnReason6(
                rsn=types.ReturnReason5Choice(cd=told.reason), addtl_inf=[why] if why else []
            )
        ],
    )


def read_return(content: bytes) -> Returned:
    """Return what the pacs.004 about one payment gives back.

    :raises Unreadable: if it is not a valid pacs.004.001.09, or not about one payment
    """
    whole = read(content, types.Document, KIND).pmt_rtr
    if len(whole.tx_inf) != 1:
        raise Unreadable("not a return of one payment")
    one, header = whole.tx_inf[0], whole.grp_hdr
    settles_on = date_of(one.intr_bk_sttlm_dt or header.intr_bk_sttlm_dt)
    if not one.orgnl_end_to_end_id or settles_on is None:
        raise Unreadable("a return without its payment, or without a day")
    back, first = one.rtrd_intr_bk_sttlm_amt, one.orgnl_intr_bk_sttlm_amt
    why = one.rtr_rsn_inf[0] if one.rtr_rsn_inf else None
    reason = why.rsn if why else None
    return Returned(
        id=one.rtr_id or header.msg_id,
        end_to_end=one.orgnl_end_to_end_id,
        amount=money(back.value, back.ccy),
        reason=((reason.cd or reason.prtry) if reason else "") or "",
        settles_on=settles_on,
        made_at=time_of(header.cre_dt_tm),
        original=one.orgnl_tx_id or one.orgnl_instr_id or "",
        original_amount=money(first.value, first.ccy) if first else None,
        words=" ".join(why.addtl_inf) if why else "",
    )
