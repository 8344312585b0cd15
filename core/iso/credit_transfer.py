"""pacs.008.001.08: one bank tells another, through a clearing, to credit its customer."""

from typing import Any

from pyiso20022.pacs.pacs_008_001_08 import pacs_008_001_08 as types

from core.iso.documents import read, written
from core.iso.messages import LONGEST_WORDS, CreditTransfer, Unreadable
from core.iso.parties import account, agent, party_of, person
from core.iso.values import date_of, day, identity, moment, money, time_of, words

KIND = "pacs.008.001.08"


def credit_transfer(payment: CreditTransfer) -> bytes:
    """Return one payment as a pacs.008. Costs are shared: each bank takes its own.

    :raises ValueError: if an id or an account number fits no message
    """
    return written(
        types.Document(
            fito_ficstmr_cdt_trf=types.FitoFicustomerCreditTransferV08(
                grp_hdr=types.GroupHeader93(
                    msg_id=identity(payment.id),
                    cre_dt_tm=moment(payment.made_at),
                    nb_of_txs="1",
                    sttlm_inf=types.SettlementInstruction7(
                        sttlm_mtd=types.SettlementMethod1Code.CLRG
                    ),
                    instg_agt=agent(types, payment.debtor),
                    instd_agt=agent(types, payment.creditor),
                ),
                cdt_trf_tx_inf=[_transaction(payment)],
            )
        ),
        KIND,
    )


def _transaction(payment: CreditTransfer) -> types.CreditTransferTransaction39:
    told = words(payment.words, LONGEST_WORDS)
    return types.CreditTransferTransaction39(
        pmt_id=types.PaymentIdentification7(
            instr_id=payment.id, end_to_end_id=identity(payment.end_to_end), tx_id=payment.id
        ),
        intr_bk_sttlm_amt=types.ActiveCurrencyAndAmount(
            value=payment.amount.major, ccy=payment.amount.currency
        ),
        intr_bk_sttlm_dt=day(payment.settles_on),
        chrg_br=types.ChargeBearerType1Code.SHAR,
        dbtr=person(types, payment.debtor),
        dbtr_acct=account(types, payment.debtor),
        dbtr_agt=agent(types, payment.debtor),
        cdtr_agt=agent(types, payment.creditor),
        cdtr=person(types, payment.creditor),
        cdtr_acct=account(types, payment.creditor),
        purp=types.Purpose2Choice(cd=payment.purpose) if payment.purpose else None,
        rmt_inf=types.RemittanceInformation16(ustrd=[told]) if told else None,
    )


def read_credit_transfers(content: bytes) -> tuple[CreditTransfer, ...]:
    """Return the payments of a pacs.008, in its order.

    :raises Unreadable: if it is not a valid pacs.008.001.08 in currencies of ours
    """
    whole = read(content, types.Document, KIND).fito_ficstmr_cdt_trf
    header = whole.grp_hdr
    if header.nb_of_txs != str(len(whole.cdt_trf_tx_inf)):
        raise Unreadable("it does not hold as many payments as it says")
    return tuple(_read(one, header) for one in whole.cdt_trf_tx_inf)


def _read(one: types.CreditTransferTransaction39, header: types.GroupHeader93) -> CreditTransfer:
    settles_on = date_of(one.intr_bk_sttlm_dt or header.intr_bk_sttlm_dt)
    if settles_on is None:
        raise Unreadable("a payment without a day of settlement")
    amount = one.intr_bk_sttlm_amt
    return CreditTransfer(
        id=one.pmt_id.tx_id or one.pmt_id.instr_id or header.msg_id,
        end_to_end=one.pmt_id.end_to_end_id,
        amount=money(amount.value, amount.ccy),
        debtor=party_of(one.dbtr, one.dbtr_acct, one.dbtr_agt),
        creditor=party_of(one.cdtr, one.cdtr_acct, one.cdtr_agt),
        settles_on=settles_on,
        made_at=time_of(header.cre_dt_tm),
        words=remittance_of(one.rmt_inf),
        purpose=((one.purp.cd or one.purp.prtry) if one.purp else "") or "",
    )


def remittance_of(remittance: Any) -> str:  # noqa: ANN401 - one class per message
    """Return what the payer wrote, as one line: the words, else the creditor's reference."""
    if remittance is None:
        return ""
    if remittance.ustrd:
        return " ".join(remittance.ustrd)
    references = [one.cdtr_ref_inf.ref for one in remittance.strd if one.cdtr_ref_inf]
    return " ".join(one for one in references if one)
