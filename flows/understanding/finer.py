"""Stories of one intent told apart: a card that was lost from one to be frozen, cash from a bank.

Whole commands of the stories themselves come before all of this (``commands``).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from flows.understanding import commands
from flows.understanding.intents import FLOWS, INTENTS

_MONTHLY = (
    r"every (month|week|day|friday|monday)|monthly|weekly|standing|schedul|recurring|automatic|"
    r"kila (mwezi|wiki|siku)|every mwezi|(chaque|tous les) (mois|semaine|jours)|permanent"
)
_MONTHS = (
    r"(last|this|previous) month|mwezi (uliopita|jana|huu)|mois (dernier|passe)|ce mois|"
    r"\b(january|february|march|april|june|july|august|september|october|november|december|"
    r"januari|februari|machi|aprili|juni|julai|agosti|septemba|oktoba|novemba|desemba|"
    r"janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
)
_LOST = (
    r"lost|lose|stole|stolen|theft|snatch|missing|misplace|can ?t find|pickpocket|pote|ibiwa|"
    r"iliibwa|imeibwa|nyangany|wamechukua|perdu|vole|volee|dangusha|angusha|imelost|nimelose|"
    r"kwapul|sanyw|imepea"
)
# Looked for in the words as ``plain`` writes them; the first that is found decides.
CUES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "balance": (
            (
                (
                    r"(open|new|another|fungua|mpya|nyingine|ouvrir|nouveau|"
                    r"nouvelle).* (wallets?|pochi|portefeuille)"
                ),
                "open_wallet",
            ),
            (
                (
                    r"(main|default|kuu|msingi|principal|par defaut).*(wallet|pochi|"
                    r"portefeuille)|(wallet|pochi|portefeuille) (kuu|ya msingi|principal)"
                ),
                "main_wallet",
            ),
        ),
        "statement": (
            (r"receipt|proof of (payment|transfer)|risiti|stakabadhi|\brecu\b|preuve", "receipt"),
            (
                (
                    r"\bpdf\b|from .+ to .+|between .+ and |since|\bdu .+ au\b|\bde .+ a\b|"
                    r"tangu|kuanzia|mpaka|depuis|^(?=.*(statement|taarifa|releve)).*("
                    + _MONTHS
                    + ")"
                ),
                "dated_statement",
            ),
        ),
        "send_money": (
            (_MONTHLY, "plan"),
            (
                (
                    r"abroad|overseas|another country|other country|international|"
                    r"nje ya nchi|ngambo|nchi nyingine|etranger"
                ),
                "send_abroad",
            ),
            (
                (
                    r"\brequest|\bask .+ (to send|to pay|for)|\bomba|niombee|anitumie|"
                    r"anilipe|nidai|demande"
                ),
                "request_money",
            ),
        ),
        "withdraw": (
            (
                (
                    r"where|status|not (yet )?(arrived|received|reached)|havent|has not|"
                    r"hasnt|still|iko wapi|zimefika|haijafika|hazijafika|bado|ou est|"
                    r"ou en est|pas (encore )?(arrive|recu)"
                ),
                "my_payouts",
            ),
            (_MONTHLY, "plan_payout"),
            (r"\bagent|\bcash\b|\bwakala|\btaslimu|especes|\bliquide", "cash_code"),
        ),
        "fx_rate": (
            (
                (
                    r"alert|notify|tell me when|let me know|inform me|warn|niambie|"
                    r"nijulishe|nitaarifu|ikifika|alerte|avertis|previen|dis moi quand|"
                    r"quand .+ (atteint|arrive)"
                ),
                "rate_alert",
            ),
        ),
        "card_request": (
            (
                (
                    r"replac|damage|broken|broke|expire|worn|crack|bent|chip|haribika|"
                    r"vunjika|chakaa|imeisha|remplac|abime|cass|expir|renouvel|spoil"
                ),
                "card_replace",
            ),
        ),
        "card_block": ((_LOST, "card_lost"),),
        "card_status": (
            (r"\bpin\b|code secret", "card_pin"),
            (r"activat|washa|wezesha|amilisha|active ma|activer|activation", "card_activate"),
            (r"limit|kikomo|plafond|online payments|malipo ya mtandao", "card_limits"),
            (r"number|details|cvv|expiry|namba ya kadi|nambari|numero", "card_show"),
            (
                (
                    r"declin|reject|refus|payments|transactions|history|kataliwa|imekataa|"
                    r"miamala|paiements|operations"
                ),
                "card_recent",
            ),
            (
                (
                    r"\bclose|\bcancel|get rid|delete|futa|funga kabisa|sitaki kadi|clotur|"
                    r"resili|supprim|\bclore"
                ),
                "card_close",
            ),
        ),
        "open_case": (
            (
                (
                    r"(phone|simu|telephone|\bsim\b|\bline\b|\bfon\w*).*("
                    + _LOST
                    + r")|("
                    + _LOST
                    + r").*(phone|simu|telephone|\bsim\b|\bline\b|\bfon\w*)|(lock|block|"
                    r"freeze|funga|bloqu\w+|verrouill\w+) (\w+ )?(account|akaunti|"
                    r"everything|compte)"
                ),
                "lock",
            ),
            (
                (
                    r"disput|chargeback|(card|kadi|carte).*(charge|payment|paid|did ?n.?t|"
                    r"did not|malipo|kata|paiement|debit|preleve)"
                ),
                "card_dispute",
            ),
        ),
        "pin_change": (
            (
                (
                    r"forg|reset|locked|blocked|remember|lost|recover|sahau|kumbuk|"
                    r"imefungwa|fungua|oubli|bloque|reinitialis|perdu|rappelle"
                ),
                "reset_pin",
            ),
        ),
        "join": (
            (
                (
                    r"\blink|already|existing|have an account|tayari|nina akaunti|unganisha|"
                    r"relier|deja|jai un compte"
                ),
                "link",
            ),
        ),
        "kyc": (
            (
                (
                    r"limit|how much (can|may) i|maximum|kikomo|vikomo|kiasi gani naweza|"
                    r"naweza kutuma|plafond|combien (puis|je peux)"
                ),
                "limits",
            ),
        ),
        "help": (
            (
                (
                    r"\balerts?\b|\bnotif|\bnews(letter)?\b|\boffers\b|\bpromo|\barifa|\bofa\b|"
                    r"niarifu|\balertes?\b|\bavis\b|\bavise|\bnouvelles\b|solde bas|salio dogo"
                ),
                "alert_choices",
            ),
        ),
        "airtime": ((_MONTHLY, "plan_airtime"),),
        "pay_bill": ((_MONTHLY, "plan_bill"),),
        "beneficiaries": (
            (r"\bblock|\bunblock|\bbloqu|\bzuia|\bdebloqu", "blocked"),
            (
                (
                    r"\badd|\bsave|\bstore|\bnew\b|ongeza|weka|hifadhi|sajili|\bajout|"
                    r"enregistr|\bgard"
                ),
                "save_person",
            ),
        ),
    }
)
_CUES = {
    intent: tuple((re.compile(words), flow) for words, flow in cues)
    for intent, cues in CUES.items()
}


def finer(intent: str, said: str) -> str | None:
    """Return the story that an intent means in these words, as ``plain`` writes them.

    A finer story's own command of two words or more comes first, then cues, then the usual one.
    """
    usual = FLOWS.get(intent)
    for command in commands.inside(said):
        if " " in command.words and INTENTS.get(command.flow) == intent and command.flow != usual:
            return command.flow
    for pattern, flow in _CUES.get(intent, ()):
        if pattern.search(said):
            return flow
    return usual
