//! Words that carry grammar, not matter: pronouns, question words, auxiliaries, articles, prepositions, greetings, and
//! what else frames a question whatever it is about ("I would like to know whether it is possible to ..."). Common lists
//! of stop words go further ("all", "more", "without", "own"): measured, those lose answers.
//!
//! They weigh little even where an index happens to hold few of them: in formal articles "I" and "my" are rare, in
//! customers' questions they are everywhere. Beside other words they are looked for in titles only: there they tell
//! "how do I" from "why can I not"; in texts they say nothing and fill most of the postings. A language without a list
//! relies on document frequency alone. A build without a language's stemmer does without its list.

/// What a word is to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It says what the question is about.
    Content,
    /// It is that among function words only: what "help" is in "could you please help me".
    Frame,
    /// It carries grammar.
    Function,
}

/// The role of a normalised word of the language.
pub(crate) fn role(language: &str, word: &str) -> Role {
    let (functions, frames) = lists(language);
    // A star stands for any ending.
    let is = |listed: &str| match listed.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == listed,
    };
    let has = |list: &str| list.split_ascii_whitespace().any(is);
    if has(functions) {
        Role::Function
    } else if has(frames) {
        Role::Frame
    } else {
        Role::Content
    }
}

/// The function words and the words of frames of a language.
fn lists(language: &str) -> (&'static str, &'static str) {
    match language.split('-').next().unwrap_or_default() {
        #[cfg(any(feature = "danish", feature = "norwegian", feature = "swedish"))]
        "da" | "nb" | "nn" | "no" | "sv" => (SCANDINAVIAN, FRAME_SCANDINAVIAN),
        #[cfg(feature = "german")]
        "de" => (GERMAN, FRAME_GERMAN),
        #[cfg(feature = "english")]
        "en" => (ENGLISH, FRAME_ENGLISH),
        #[cfg(feature = "spanish")]
        "es" => (SPANISH, FRAME_SPANISH),
        #[cfg(feature = "french")]
        "fr" => (FRENCH, FRAME_FRENCH),
        #[cfg(feature = "italian")]
        "it" => (ITALIAN, FRAME_ITALIAN),
        #[cfg(feature = "dutch")]
        "nl" => (DUTCH, FRAME_DUTCH),
        #[cfg(feature = "polish")]
        "pl" => (POLISH, FRAME_POLISH),
        #[cfg(feature = "portuguese")]
        "pt" => (PORTUGUESE, FRAME_PORTUGUESE),
        #[cfg(feature = "russian")]
        "ru" => (RUSSIAN, FRAME_RUSSIAN),
        #[cfg(feature = "ukrainian")]
        "uk" => (UKRAINIAN, FRAME_UKRAINIAN),
        _ => ("", ""),
    }
}

#[cfg(feature = "english")]
const ENGLISH: &str = "a about am an and any are as at be been but by can cant could did didnt do does doesnt doing done dont for \
    from get had has have having he her him his how i if im in into is isnt it its ive me my no not of on or our \
    out she should so some than that the their them then there these they this those to too up us was we were \
    what when where which while who whom whose why will with wont would you your please hello hi thanks anybody \
    anyone anything ever just know let like many may maybe might much must need now possible shall since someone \
    something somehow somebody still want way ways whether couldnt wouldnt shouldnt arent hasnt havent hadnt \
    wasnt werent regards sincerely kindly wondering wonder dear hey greetings cheers thank very also well because";

#[cfg(feature = "german")]
const GERMAN: &str = "aber als am an auch auf aus bei bin bis bitte da damit dann das dass dem den der des die dies diese diesem \
    diesen dieser dieses doch du durch ein eine einem einen einer eines er es etwas für gibt habe haben hallo \
    hat ich ihm ihn ihr ihre ihren im in ist ja kann kein keine können man mein meine meinem meinen meiner mich \
    mir mit muss müssen nach nicht noch nur ob oder sein seine sich sie sind so soll sollte über um und uns \
    unser unter vom von vor wann war warum was welche welchem welchen welcher welches wenn wer werde werden \
    weshalb wie wieso will wir wird wo woher wohin wurde zu zum zur danke möchte möchten darf darfst dürfen \
    kannst könnte könnten könnt musst müsste sollten jemand tun tut trotz gerne möglich wollte wollten würde \
    würden wäre hätte hätten ihnen dir euch vielleicht einmal mal sehr geehrte geehrter liebe lieber grüsse \
    grüssen gruss dank bedanke vorab weil denn";

#[cfg(feature = "russian")]
const RUSSIAN: &str = "а без бы был была были было быть в вам вас вечер во вот все вы где да день для до добрый его ее если есть \
    еще же за зачем здравствуйте и из или им их к как какая какие какой когда которая которые который кто куда \
    ли меня мне могу можете можно мое мои мой моя мы на над нам нас не него нет ни но ну о об он она они от по \
    под подскажите пожалуйста почему при про с сколько со спасибо так там то того тоже только ты у уже чего чем \
    что чтобы это этого этом этот эту я нужно надо нужна нужен хочу хотел хотела хотелось помогите сделать \
    делать нельзя могли могла мог подскажете скажите очень уважением заранее благодарю здравствуй привет \
    приветствую ваш ваша ваше вашу мной ней ним потому поскольку";

#[cfg(feature = "ukrainian")]
const UKRAINIAN: &str = "а але або без би був була було були бути в вам вас ви він вона вони від де для до добрий день за з і й із її \
    їх його ж коли котрий кого ласка мені мене можна можу мій мої моя моє ми на над нам нас не немає ні о об по \
    під при про прошу скільки так там те то тільки ти у хто це цей ця чи чому що щоб як яка яке який які якщо я \
    є будь потрібно треба хочу хотів хотіла допоможіть зробити робити можливо могли можете підкажіть скажіть \
    дуже повагою заздалегідь дякую вдячний вдячна привіт вітаю ваш ваша вашу хотілося тому бо оскільки б";

#[cfg(feature = "french")]
const FRENCH: &str = "a à ai au aux avec bonjour c ce ces cela comment d dans de des du elle en es est et être eu fait faire faut \
    il ils j je l la le les leur lui m ma mais me merci mes moi mon n ne nos notre nous on ont ou où par pas \
    peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa se ses si son sont \
    sur t ta te tes toi ton tu un une vos votre vous y aimerais besoin dois doit existe possible pouvez puisse \
    quelqu souhaite veut veux voudrais vouloir savoir salut bonsoir cordialement svp stp serait pourriez \
    pourrais pourrait voudrait aimerait voulais très avance parce car";

#[cfg(feature = "spanish")]
const SPANISH: &str = "a al algo como cómo con cual cuál cuales cuáles cuando cuándo de del dónde donde e el él ella en es esa ese \
    eso esta está este esto gracias ha hacer hay hola la las le les lo los me mi mis muy no nos o para pero por \
    porque puede puedo que qué quien quién se ser si sí sin sobre son su sus tengo tiene tu tus un una unas uno \
    unos y ya yo alguien debe debo deseo existe necesito poder posible pueden quería quiero quisiera saber tener \
    buenos buenas saludos atentamente favor podría podrían podrías gustaría muchas antemano querría estimado \
    estimados pues";

#[cfg(feature = "italian")]
const ITALIAN: &str = "a ai al alla alle anche c che chi ci ciao come con cosa da dal dalla degli dei del della delle di dove e è \
    ed fare gli grazie ha hai ho i il in io l la le lei lo loro lui ma me mi mia mie miei mio ne nel nella noi \
    non nostro o per perché più posso può qual quale quali quando quanto quella quello questa questo se sei si \
    sono su sua sul suo tu un una uno vi voi avere bisogno deve devo esiste possibile possono potrei puoi \
    qualcuno sapere voglio vorrei buongiorno buonasera salve saluti cordiali potrebbe potreste potresti \
    anticipatamente molto volevo gentile gentili piacerebbe poiché";

#[cfg(feature = "portuguese")]
const PORTUGUESE: &str = "a à ao aos as às com como da das de depois do dos e é ela ele em essa esse esta está este eu faço fazer há \
    isso isto já lhe mais mas me meu meus minha minhas muito na não nas no nos o obrigado olá onde os ou para \
    pela pelo pode por porque posso qual quais quando que quem são se sem ser seu seus sua sim só sobre suas tem \
    tenho ter um uma você vocês alguém consigo deve devo existe gostaria poderia possível preciso queria quero \
    saber oi bom boa tarde noite obrigada atenciosamente cumprimentos poderiam podem favor antecipadamente \
    prezados prezado desde pois";

#[cfg(feature = "dutch")]
const DUTCH: &str = "aan al als bij daar dan dat de deze die dit doe doen door een en er geen haar had hallo heb hebben heeft hem \
    het hij hoe hun ik in is ja je jij kan kun kunnen maar me mij mijn met moet na naar niet nog nu of om onder \
    ons ook op over te tot u uit uw van voor waar waarom wanneer wat we welk welke wie wil wij word worden wordt \
    zal ze zich zij zijn zo graag hebt iemand iets kunt mag mogelijk mogen moeten nodig weten wilt zou goedendag \
    goedemorgen goedemiddag beste geachte vriendelijke groet groeten alvast bedankt dank vraag wilde zouden zeer \
    misschien even omdat want vroeg af";

#[cfg(feature = "polish")]
const POLISH: &str = "a aby ale ani bez być by był była co czemu czy dla do dlaczego dzień dobry dziękuję gdzie go i ich ile im \
    jak jaka jaki jakie jako jego jej jest jestem już kiedy kto która które który ma mam mi mnie moja moje mogę \
    można mój my na nam nas nie niż o od on ona one oni oraz po pod proszę przez przy się są ta tak tam te tego \
    tej ten to tu ty w was wy z za ze że żeby chcę chciałbym chciałabym czegoś ktoś musi muszę możecie możliwe \
    potrzebuję trzeba wiedzieć cześć witam witajcie pozdrawiam pozdrowienia serdecznie góry szanowni państwo \
    państwa mogłaby mógłby moglibyście bardzo ponieważ bo gdyż mogliby mógłbyś mogłabyś";

#[cfg(any(feature = "danish", feature = "norwegian", feature = "swedish"))]
const SCANDINAVIAN: &str = "af alla att av bara blir bli ble da de dem den der det detta dette dig din dina du efter ej eller en er ert \
    et ett for från för fra får få går gör gjør ha han har hej hei hon hun hur hva hvad hvem hvilken hvilket \
    hvis hvor hvordan hvorfor hvornår i icke ikke inte ja jag jeg kan kunne man med meg mej men mig min mina \
    mine mit mitt mycket må måste når när nej nu och og om op på sig sin ska skal skulle som så till til tack \
    takk var vad vara varför vem vi vid vil vilken vill være är behöver bør börde gärna gerne möjligt mulig \
    muligt någon noen nogen trenger vet ved ville hallo goddag hälsningar hilsen hilsener vänliga vennlig venlig \
    tusen tusind mange många tak takker tackar kunde meget veldig kanske måske kanskje förhand forhånd fordi \
    eftersom därför derfor ni kunna dere";

#[cfg(feature = "english")]
const FRAME_ENGLISH: &str = "hope* good nice great morning afternoon evening day days night week weekend team support sir madam \
    ladies gentlemen everyone everybody folks guys friend* all there ask* question* inquir* enquir* \
    help* assist* tell* told say* explain* advis* let give show answer* repl* respon* hear* look* \
    forward quick* time moment minute bit little while trouble sorry bother* disturb* excuse pardon \
    apolog* appreciat* grateful* gratitude advance best better warm* wish* much many lot information \
    info regarding concern* follow* find finding found try trying tried seem* understand* sure happy \
    happily glad* pleas* able mind clarify enlighten* idea clue stuck struggl* difficult* confus* unable \
    unfortunate* actual* really quite greatly simpl* already long ago today lately recently currently \
    issue problem matter write writing wrote come came go going got point direct right soon earliest \
    convenience attention patience effort consider* perhaps again back here such else every feel free \
    think* thought believe guess suppos* wait* years hours search* figur* learn* been being more most \
    first clear* detail* guid* kind* yours truly faithfully respectfully new user customer client myself luck success* nothing hint* manage* see below above attach* forward*";

#[cfg(feature = "german")]
const FRAME_GERMAN: &str = "guten guter gute tag tage morgen abend woche hoff* gut gutes team zusammen damen herren herr frau \
    leute support kundendienst frage* sag* erklär* hilf* helf* hülfe antwort* rückmeldung* voraus viel* \
    herzlich* best* mfg lg vg kurz* entschuldig* störung stören verzeih* wissen weiss erfahr* freu* \
    behilflich interessier* geht gehts folgend* wohl gern* mitteil* teil* auskunft information* bemüh* \
    verbleib* schon eben jetzt heute längere* lange ganze zeit weile such* gesucht versuch* find* \
    gefunden leider weiter komm* problem schwierigkeit* anliegen kunde kundin dankbar* verbunden \
    möglichst schnell baldig* bald hier alle alles jede* versteh* verstanden verwirr* unsicher sicher \
    genau eigentlich wirklich tipp* rat ratlos schreib* wende* wünsch* schön* nett* unterstütz* geduld \
    aufmerksamkeit zuvor hiermit bezüglich fall kenn* denk* glaub* mehr neu* sowie selbst selber nichts weiterhelf* glück nirgends vergeblich geschafft siehe unten oben anbei anhang weitergeleitet*";

#[cfg(feature = "russian")]
const FRAME_RUSSIAN: &str = "добр* утро утра ночи дня день вечер вечера неделю надеюсь хорош* вопрос* спросить спрашива* узнать уточн* \
    расска* объясн* поясн* помо* ответ* отвеч* больш* огромн* буд* благодар* признател* извин* прост* прощен* \
    беспоко* интерес* понима* понят* разобраться разбира* знать знаю знает следующ* команда поддержк* уважаем* \
    коллеги господа сотрудник* всем всего наилучш* удач* жду ожида* ваш* получ* найти нашел нашла ищу иск* пыта* \
    пробова* долго давно никак такой такая такое такие дел* проблем* ситуаци* сложност* затрудн* подроб* \
    информаци* совет* люб* быть могу мож* заранее скор* быстр* пишу написать обращ* обрат* хоте* собственно \
    вообще очень действительно сегодня сейчас теперь здесь лет кто-нибудь нибудь ни дружб* клиент* новичок \
    подска* сам сама сами ничего увы самостоятельно нигде безуспешно ниже смотрите пересыл* вложени*";

#[cfg(feature = "ukrainian")]
const FRAME_UKRAINIAN: &str = "добр* ранок ранку день дня вечір вечора сподіва* питан* запита* спита* дізна* уточн* розпов* поясн* допом* \
    відпов* щир* буд* вибач* перепрош* цікав* зрозум* розібра* знати знаю наступн* команда підтримк* шановн* \
    колеги пані панове всього найкращ* успіх* чека* ваш* отрима* знайти знайш* шука* намага* пробу* довго давно \
    ніяк так* проблем* ситуаці* складн* деталь* інформаці* порад* люб* може можете заздалегідь швидк* пишу \
    зверта* зверн* хоті* взагалі просто дуже дійсно сьогодні зараз тепер тут вдячн* велик* клопот* турбу* \
    клієнт* нов* підказ* сам сама самі нічого нажаль самостійно ніде";

#[cfg(feature = "french")]
const FRAME_FRENCH: &str = "espèr* bien bon bonne bons allez va équipe support madame monsieur mesdames messieurs demand* \
    question* dire dites expliq* aid* réponse* répond* beaucoup journée soirée semaine excus* pardon \
    désolé* dérang* remerci* reconnaiss* cordial* salutation* sincères meilleures indiq* renseign* \
    suivant* chose information* cherch* trouv* essay* depuis longtemps moment temps comprend* compris \
    arriv* réuss* malheureusement problème difficult* bloqué client* écri* contact* prie agréer \
    expression distingu* attente attend* retour rapide* vite bientôt plaisir merveill* gentil* amicale* \
    tout toute tous toutes quelque* déjà ici vraiment très sûr certain* sav* connai* souhait* vouloir \
    fait permett* permis patience attention avis conseil* nouveau nouvelle moi-même soi-même rien nulle succès seul seule";

#[cfg(feature = "spanish")]
const FRAME_SPANISH: &str = "esper* bien buen bueno buena equipo soporte señor* estimad* días tardes noches pregunt* duda* consult* dec* \
    dig* explic* ayud* respuesta* respond* contest* disculp* perdón perdon* molest* agradec* cordial* siguiente* \
    inform* busc* encontr* encuentr* intent* trat* tiempo rato mucho mucha muchos mil llevo hace entend* \
    entiend* comprend* consig* logr* desgraciadamente lamentablemente problema* dificult* cliente* escrib* \
    contact* quedo atenta atento antemano pronto rápid* gust* amable* amabil* todo toda todos todas alguna \
    alguno algún cualquier ya aquí realmente seguro ser sab* conoc* dese* permit* paciencia atención consej* \
    nuevo nueva mejor* despid* saluda* cuanto antes saludo* mismo misma nada éxito solo sola ningún ninguna";

#[cfg(feature = "italian")]
const FRAME_ITALIAN: &str = "sper* bene buon buona buone buono team squadra supporto assistenza signor* giorno sera settimana domand* \
    chied* dir* dic* spieg* aiut* rispost* rispond* scus* disturb* ringrazi* distint* seguente seguenti \
    informazion* cerc* trov* prov* tempo po molto molta tanto tante mille capi* comprend* riesc* riusc* \
    purtroppo problem* difficolt* client* scriv* contatt* attesa attendo presto rapid* piace* gentil* cortes* \
    cordial* miglior* tutto tutta tutti tutte qualche alcun* già qui davvero sicur* conosc* desider* permett* \
    pazienza attenzione consigl* nuov* porgo anticip* stesso stessa nulla niente successo solo sola nessun nessuna";

#[cfg(feature = "portuguese")]
const FRAME_PORTUGUESE: &str = "esper* bem bom boa bons equip* suporte senhor* dia dias tarde noite semana pergunt* dúvida* diz* \
    dig* explic* ajud* respost* respond* desculp* perdão incomod* incômodo agradec* agradeç* cordi* \
    seguinte* informaç* procur* encontr* tent* tempo muit* mil entend* compreend* consig* infelizmente \
    problema* dificuld* client* escrev* contat* contact* aguard* retorno breve rápid* prazer gentil* \
    amável melhor* todo toda todos todas alguma algum qualquer aqui realmente certeza conheç* desej* \
    permit* paciência atenção conselh* novo nova abraço* fico grat* antemão mesmo mesma nada sucesso sozinho sozinha nenhum nenhuma";

#[cfg(feature = "dutch")]
const FRAME_DUTCH: &str = "hoop hopelijk goed goede goeden team allemaal dag morgen middag avond week vraag* vragen vertel* \
    zeg* uitleg* help* hulp antwoord* reactie voorbaat hartelijk* veel sorry stor* excus* benieuwd \
    volgend* informatie zoek* gezocht vind* gevonden prober* geprobeerd tijd tijdje lang poosje begrijp* \
    begrep* lukt lukken helaas probleem moeilijk* klant* schrijf* schrijv* contact* wacht* spoedig snel \
    gauw vriendelijk* best* mevrouw meneer heer dames heren alle alles elke enige hier echt zeker ken* \
    wens* prettig* fijn* geduld aandacht advies tip nieuw* dankbaar waarder* hoor* zie verder kom* zelf niets succes nergens";

#[cfg(feature = "polish")]
const FRAME_POLISH: &str = "nadziej* dobr* zespół zespole wsparci* pan pani panie panowie pytan* zapyta* spyta* powiedz* wyjaśn* \
    wytłumacz* pomo* pomóc odpowied* przepr* kłopot* wdzięczn* dzięk* wielkie wielu następując* ranek \
    poranek wieczór dnia dniu tydzień informacj* szuka* znale* znaj* prób* spróbow* czas* dług* zrozum* \
    rozum* udało udaje niestety problem* trudn* klient* pisz* napis* kontakt* czekam oczekuj* wkrótce \
    szybk* miło miłego uprzejm* łaskaw* najleps* wszyst* jakąkolwiek każd* jakiś już tutaj naprawdę \
    pewn* wiem znam życz* pozwol* cierpliw* uwag* porad* now* szan* góry poważani* sam sama sami nic nigdzie sukcesu samodzielnie";

#[cfg(any(feature = "danish", feature = "norwegian", feature = "swedish"))]
const FRAME_SCANDINAVIAN: &str = "god godt goda gode gott bra dag dagen morgen morgon kväll kveld aften vecka uke uge hopp* håp* håb* team \
    support spørs* spørg* spørre fråg* säg* si siger sige fortæl* fortell* berätta förklar* forklar* hjälp* \
    hjelp* hjælp* svar* ursäkt* unnskyld* undskyld* stör* forstyrr* følg* följ* undr* lurer lurt information* \
    informasjon* let* leder hitt* finn* find* fund* försök* prøv* forsøg* forsøk* tid tiden länge lenge længe \
    stund först* forstå* tyvärr dessverre desværre problem* svår* kund* skriv* kontakt* vänt* vent* snart snabb* \
    rask* hurtig* trevlig* hyggelig* bästa beste bedste alla alle allt alt allting någon hver varje här her \
    virkelig verkligen säker sikker känn* kjenn* kend* önsk* ønsk* tålamod tålmod* råd ny nya nye uppskatt* \
    sett* pris tacksam* takknemlig* taknemmelig* vänlig* vennlig* venlig* hør* höra lur* själv selv själva ingenting ingenstans intet intet ingen inget lyckats lykkes";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyzer, Language};

    #[test]
    fn words_are_listed_as_they_are_compared() {
        for language in ["da", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk"] {
            let mut analyzer = Analyzer::new(Language::new(language));
            let (functions, frames) = lists(language);
            for word in functions
                .split_ascii_whitespace()
                .chain(frames.split_ascii_whitespace())
            {
                let word = word.trim_end_matches('*');
                assert_eq!(analyzer.normalise_word(word), word, "{language}");
            }
            assert_eq!(role(language, "kubernetes"), Role::Content);
        }
        assert_eq!(role("en-GB", "the"), Role::Function);
        assert_eq!(role("en", "appreciated"), Role::Frame);
        assert_eq!(role("tr", "the"), Role::Content);
    }
}
