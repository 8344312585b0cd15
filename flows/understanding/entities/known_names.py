"""Names that people in the bank's countries have, by which somebody is known in small letters too.

Given names and family names that mean nothing else in a message to a bank; those that do are left
to how they stand in a sentence.
"""

_KENYA = """
achieng adhiambo akinyi akoth anyango apiyo atieno auma awino awuor juma jane john james joseph
joyce kamau kariuki karanja kibet kimani kipchoge kiprono kiprop kipkemboi koech langat macharia
maina makau mbugua moraa moses mueni muiruri musa musyoka mutai mutiso mutua mwangi mwende mwikali
nafula naliaka nanjala nduta ndung'u ndungu nekesa ngugi njambi njeri njoki njoroge nyaboke nyambura
ochieng odhiambo odongo odera okello okoth oloo omondi onyango opiyo otieno otoyo ouma owino owuor
rotich ruto chebet chepkoech cherono cheruiyot chelangat jepkosgei wafula waithera waithira wambui
wambua wamboi wanjala wanjiku wanjiru wangari wangui wairimu wekesa barasa simiyu mulongo kerubo
bosire nyamweya brian brayo brayan kevin kevo dennis denno victor vicky samuel sammy peter pita
paul mary grace faith mercy alice ann anne annah beatrice catherine cate caro caroline daniel dan
david dave diana dorcas elijah elizabeth liz emily esther eunice evans felix francis fred george
geoffrey gladys hellen irene isaac jacinta jackline jackson jacob janet jared jeremiah jonathan
josephine joshua judith julius kennedy lilian linet linda lucy lydia margaret martin mercyline
michael mike monica naomi nancy nicholas nick pamela patrick pauline philip phoebe purity rachel
rebecca richard robert rose ruth sarah sharon shiru shiro silas simon stella stephen steve susan
teresia thomas timothy veronica vincent vinnie violet walter wilson winnie zipporah collins ian
"""
_TANZANIA_UGANDA = """
neema asha fatuma salma hassan hussein juma rashid ramadhan rehema mwanaidi halima zuhura zainab
zawadi amina aisha khadija mariamu mariam saida salum salim shabani omari abdallah ally ali bakari
hamisi hamis idrissa issa jumanne kassim khamis masanja mohamed mohammed mustafa mwajuma mzee nassor
nuru rajabu said selemani suleiman subira tatu yusuf yusufu athumani baraka emmanuel elia eliud
ester frida godfrey happiness jesca joseph kulwa doto leonard mushi massawe mrema lyimo shayo temba
swai kimaro minja ngowi mollel laizer sanga mwakyusa mwambene mwita chacha nyerere magufuli
nakato babirye wasswa kato nakku namubiru namukasa nansubuga nalwoga nabirye nankya nakimuli
ssemakula ssentongo mukasa mugisha muwonge okot opio otim ojok oketch akello apio akot lubega
kizza kigozi kiwanuka kaggwa tumusiime tumwine byaruhanga kembabazi ainembabazi nuwagaba musoke
nsubuga ochen odoch ogwang uwimana uwase mukamana habimana niyonzima nshimiyimana mutesi ingabire
kagame bizimana hakizimana ndayisaba
"""
_WEST = """
emeka chinedu chidi chioma chinyere chukwu chukwuemeka ngozi nneka nnamdi obi obinna okafor okoro
okonkwo ifeanyi ifeoma ikenna uche ugochi amaka adaeze adaobi kelechi kenechukwu tunde bola bisi
bukola dele femi funke folake gbenga kunle lanre niyi ola olu olumide segun seun sola tayo temitope
tope wale yemi yetunde yinka adebayo adeola adewale adeyemi babatunde ayodele abiola akin ibrahim
aliyu abubakar abdullahi bello fatima garba hadiza halima haruna ibraheem kabiru maryam murtala
sani usman yakubu zainab efe ese osas osagie nosa ebuka tamuno ama abena adwoa afua akosua akua esi
yaa kofi kojo kwaku kwabena kwadwo kwame kwasi kweku yaw yao ekow nana mensah owusu boateng asante
osei appiah agyeman amoah ofori opoku asamoah antwi adjei addo acheampong quaye tetteh lartey
awa aminata aissatou aicha astou binta bineta coumba fatou fatoumata khady khadija mame mariama
marieme ndeye ndéye oumou penda rokhaya sokhna yacine abdou abdoulaye alioune amadou assane babacar
boubacar cheikh demba daouda djibril el hadji ibou ibrahima idrissa issa khadim lamine malick
mamadou modou momar moussa mouhamed ousmane ousseynou papa pape saliou samba serigne souleymane
tidiane youssou youssoupha diop ndiaye fall sow sarr diallo ba gueye faye cisse sy seck mbaye diouf
thiam dieng kane toure traore konate kone coulibaly keita camara ouattara bamba yao kouassi kouame
koffi akissi affoué adjoua amenan brou kacou njoya ngono mbarga atangana essomba fotso kamga tchoua
talla nguema biya manga ewane ekambi eyenga
"""
_SOUTH = """
sipho thabo thandi thandiwe themba lerato lindiwe nomsa nomvula nosipho palesa mpho tshepo tumi
tumelo zanele zodwa bongani bheki busisiwe ayanda andile siyabonga sizwe vusi xolani zola dlamini
nkosi khumalo mokoena molefe ndlovu zulu mthembu naidoo pillay botha pieter johan hendrik
"""

# What is a word as well in one of the bank's languages: only how it stands makes it a name.
_WORDS_TOO = frozenset({
    "juma", "tatu", "baraka", "grace", "faith", "mercy", "happiness", "nuru", "mzee", "rose",
    "papa",
    "ba", "fall", "sow", "el", "asante", "zawadi", "said", "nick", "dan", "mike", "manga", "kane",
    "yao", "ama", "esi", "ali", "issa", "purity", "obi", "ese", "niyi", "rehema", "subira", "mame",
    "ola", "wale", "dele", "femi", "penda", "faye", "sy", "biya", "zola", "nana", "jumanne", "sani",
    "bello", "efe", "ann", "rotich", "doto", "kato", "olu", "kone", "victor", "ian", "maina",
    "bola", "tope",
})  # fmt: skip

NAMES = frozenset(f"{_KENYA} {_TANZANIA_UGANDA} {_WEST} {_SOUTH}".split())
KNOWN = NAMES - _WORDS_TOO
"""Names that are nothing else, however they are written."""
