"""Words that are nobody's name, in a sentence about money that goes to somebody."""

_ENGLISH = """
self control statement staff wekeza user caretaker a an the this that these those my your his her
its our their me you him it us them i we he she they mine yours who whom whose which what when where
why how another any some all every each both other someone somebody anyone anybody everyone one no
not yes ok okay please pls plz kindly thanks thank now today tomorrow yesterday tonight soon later
asap again already just only also too very still then there here via using through by with without
from to for of on in into onto at over about as and or but if so because before after until during
since than like is are was were be been being am do does did done have has had having can could will
would shall should may might must want need wanna gonna get got make made go going back out up down
off right wrong new old same next last first second third different own money cash funds fund amount
sum payment payments transfer transfers transaction transactions account accounts acc acct wallet
wallets bank banks banking card cards number numbers phone mobile line till paybill pay bill bills
rent fee fees school loan debt salary balance savings saving current joint business personal deposit
withdrawal withdraw send sending sent receive received charge charges cost rate rates limit limits
exchange currency currencies airtime data bundle bundles credit tokens token electricity power water
internet wifi tv subscription food lunch dinner supper breakfast groceries shopping fare transport
fuel petrol gas house church hospital medicine doctor insurance tax taxes ticket tickets agent
agents atm branch shop merchant supplier customer service care support help complain case app online
virtual physical abroad overseas international local country countries kenya tanzania uganda rwanda
nigeria ghana senegal cameroon africa south ethiopia burundi congo europe america usa uk germany
france china india dubai nairobi mombasa kisumu kampala dar dodoma kigali lagos abuja accra dakar
douala johannesburg london month monthly week weekly day daily year yearly hour hours minute minutes
days weeks months years morning afternoon evening night monday tuesday wednesday thursday friday
saturday sunday january february march april june july august september october november december
everything something anything nothing someone's people person persons friend friends family relative
relatives group beneficiary beneficiaries contact contacts recipient receiver sender owner home work
office mpesa paypal visa mastercard western union moneygram swift sepa eu netflix dstv gotv kplc
safaricom airtel mtn vodacom tigo telkom startimes zuku showmax spotify amazon uber bolt google
apple facebook nairobi-water luku tanesco yaka umeme nwsc senelec eneco canal orange woyofal instead
half full minimum maximum least most more less many much few several whole rest part total extra
urgent urgently immediately instantly quickly fast directly automatically standing order direct
debit cheque check checks password pin code otp human real payee payees hand date dates passport
landlord partner contactless standard tithe offering dues fine fines contribution invoice delivery
boda matatu sacco chama under near myself arrive checking im ive id ill youre theyre thats dont
doesnt didnt cant couldnt wont hasnt havent isnt arent wasnt lets whats returning specific regular
recurring scheduled pending failed
"""
# Behind "to" a verb is more usual than a name.
_VERBS = """
accept access activate add apply ask avoid become block borrow buy call cancel change check choose
claim clear close come complain complete confirm connect continue contribute convert cover create
deactivate delete deposit download earn edit end enter exchange extend feed find finish fix follow
freeze fund generate give hear hold increase introduce invest join keep know learn leave let link
load lock look lose open order perform process prove purchase put reach read receive reduce refund
register reload remit remove renew repair repay replace report reset resolve restore return reverse
save see sell set settle share show sign speak start stop submit subscribe support switch take talk
tell top track transact travel try unblock understand undo unfreeze unlock update upgrade upload use
verify view visit wait withdraw work write appear post reflect build jump eat redeem pick told takes
took arrive expect seller
"""
_SWAHILI = """
mjukuu tarakimu mzito keja hio kitenge mzigo ujumbe dukani muuzaji pdf landi mwanangu mwanafunzi
tangu mwenye mkoba mkwanja wasee marafiki kredo mistake muuza na ya wa la za cha vya kwa katika
kutoka toka mpaka hadi kwenda kwenye ku ni si hii hiyo huo hizo huyu huyo hawa yangu langu wangu
changu zangu yako lako wako chako zako yake lake wake chake zake yetu wetu letu zetu yenu yao wao
mimi wewe yeye sisi nyinyi pesa hela fedha doo doh ganji chapaa munde kiasi salio akaunti kadi benki
namba nambari simu laini wakala duka bili kodi karo ada mkopo shule chakula nauli umeme maji mtandao
tokeni muda vocha leo kesho jana juzi sasa hivi haraka tafadhali naomba nataka ningependa nahitaji
asante ndio ndiyo hapana sawa tu pia tena bado kila siku wiki mwezi mwaka saa asubuhi mchana jioni
usiku jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili mtu watu rafiki ndugu familia
jamaa mwenzangu mtoto watoto mke mume kazi nyumbani nyumba kanisa hospitali dawa matumizi lipa tuma
tumia weka toa nunua badilisha hamisha jumla nusu robo yote wote zote lote mwingine nyingine mpya
ile yule wale kama au lakini ili hapo hapa huko wapi nini nani gani vipi njia moja kwanza baadaye
mapema mwisho mwanzo dharura dola yuro pauni shilingi faranga ajili sababu nje ndani ng'ambo kenya
tanzania uganda ulaya marekani kupitia nimetuma nilituma mara makosa bahati kweli hivyo hisani
uhakika urahisi ufupi mfano kawaida niaba jina msaada wakati awamu masaa pamoja vile jambo mkono
huduma malipo mkupuo whatsapp stima deni faini mchango michango chama sadaka zaka mishahara mshahara
posho tiketi kwanini mteja wateja mpenzi
"""
_FRENCH = """
mauvais moins jusqua rien recu baisse pris seulement qqn universite convertir nom inconnu freelance
le la les l un une des du de d au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos
votre vos leur leurs je tu il elle on nous vous ils elles moi toi lui eux me te se y en et ou mais
donc car si que qui quoi dont quand comment pourquoi combien pour par avec sans sur sous dans chez
vers depuis avant apres pendant contre entre a est sont suis ete etre avoir ai as avons avez ont
veux voudrais peux peut pouvez faire fais faut argent somme montant compte comptes banque carte
cartes numero telephone portable portefeuille facture factures loyer frais scolarite ecole credit
solde virement transfert transferts envoi paiement retrait depot epargne courant courante maintenant
aujourdhui demain hier svp sil plait merci oui non bien tout toute tous toutes quelqu quelquun
personne personnes gens ami amis amie famille frere soeur femme mari enfant enfants autre autres
nouveau nouvelle meme chaque mois semaine jour jours annee heure matin soir nuit lundi mardi
mercredi jeudi vendredi samedi dimanche etranger international pays senegal cameroun ivoire mali
france europe dakar douala abidjan yaounde eau electricite internet courses nourriture medicaments
hopital travail maison urgence vite rapidement beneficiaire beneficiaires contact contacts agent
guichet boutique marchand partir travers propos bientot cause zero distance temps peine client
service aide dollars euros francs fcfa cfa
"""

STOPS = frozenset(f"{_ENGLISH} {_VERBS} {_SWAHILI} {_FRENCH}".split())
