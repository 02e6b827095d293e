//! Words that carry grammar, not matter: pronouns, question words, auxiliaries, articles, prepositions, greetings, and
//! what else frames a question whatever it is about ("I would like to know whether it is possible to ..."). Common lists
//! of stop words go further ("all", "more", "without", "own"): measured, those lose answers.
//!
//! They weigh little even where an index happens to hold few of them: in formal articles "I" and "my" are rare, in
//! customers' questions they are everywhere. Beside other words they are looked for in titles only: there they tell
//! "how do I" from "why can I not"; in texts they say nothing and fill most of the postings. A language without a list
//! relies on document frequency alone. A build without a language's stemmer does without its list.

/// Whether a normalised word is a function word of the language.
pub(crate) fn is_function_word(language: &str, word: &str) -> bool {
    let list = match language.split('-').next().unwrap_or_default() {
        #[cfg(any(feature = "danish", feature = "norwegian", feature = "swedish"))]
        "da" | "nb" | "nn" | "no" | "sv" => SCANDINAVIAN,
        #[cfg(feature = "german")]
        "de" => GERMAN,
        #[cfg(feature = "english")]
        "en" => ENGLISH,
        #[cfg(feature = "spanish")]
        "es" => SPANISH,
        #[cfg(feature = "french")]
        "fr" => FRENCH,
        #[cfg(feature = "italian")]
        "it" => ITALIAN,
        #[cfg(feature = "dutch")]
        "nl" => DUTCH,
        #[cfg(feature = "polish")]
        "pl" => POLISH,
        #[cfg(feature = "portuguese")]
        "pt" => PORTUGUESE,
        #[cfg(feature = "russian")]
        "ru" => RUSSIAN,
        #[cfg(feature = "ukrainian")]
        "uk" => UKRAINIAN,
        _ => "",
    };
    list.split_ascii_whitespace().any(|listed| listed == word)
}

#[cfg(feature = "english")]
const ENGLISH: &str = "a about am an and any are as at be been but by can cant could did didnt do does doesnt doing \
    done dont for from get had has have having he her him his how i if im in into is isnt it its ive me my no not of \
    on or our out she should so some than that the their them then there these they this those to too up us was we \
    were what when where which while who whom whose why will with wont would you your please hello hi thanks anybody \
    anyone anything ever just know let like many may maybe might much must need now possible shall since someone \
    something somehow somebody still want way ways whether";

#[cfg(feature = "german")]
const GERMAN: &str = "aber als am an auch auf aus bei bin bis bitte da damit dann das dass dem den der des die dies \
    diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es etwas für gibt habe haben \
    hallo hat ich ihm ihn ihr ihre ihren im in ist ja kann kein keine können man mein meine meinem meinen meiner \
    mich mir mit muss müssen nach nicht noch nur ob oder sein seine sich sie sind so soll sollte über um und uns \
    unser unter vom von vor wann war warum was welche welchem welchen welcher welches wenn wer werde werden weshalb \
    wie wieso will wir wird wo woher wohin wurde zu zum zur danke möchte möchten darf darfst dürfen kannst könnte \
    könnten könnt musst müsste sollten jemand tun tut trotz gerne möglich";

#[cfg(feature = "russian")]
const RUSSIAN: &str = "а без бы был была были было быть в вам вас вечер во вот все вы где да день для до добрый его \
    ее если есть еще же за зачем здравствуйте и из или им их к как какая какие какой когда которая которые который \
    кто куда ли меня мне могу можете можно мое мои мой моя мы на над нам нас не него нет ни но ну о об он она они от \
    по под подскажите пожалуйста почему при про с сколько со спасибо так там то того тоже только ты у уже чего чем \
    что чтобы это этого этом этот эту я нужно надо нужна нужен хочу хотел хотела хотелось помогите сделать делать \
    нельзя";

#[cfg(feature = "ukrainian")]
const UKRAINIAN: &str = "а але або без би був була було були бути в вам вас ви він вона вони від де для до добрий \
    день за з і й із її їх його ж коли котрий кого ласка мені мене можна можу мій мої моя моє ми на над нам нас не \
    немає ні о об по під при про прошу скільки так там те то тільки ти у хто це цей ця чи чому що щоб як яка яке \
    який які якщо я є будь потрібно треба хочу хотів хотіла допоможіть зробити робити можливо";

#[cfg(feature = "french")]
const FRENCH: &str = "a à ai au aux avec bonjour c ce ces cela comment d dans de des du elle en es est et être eu \
    fait faire faut il ils j je l la le les leur lui m ma mais me merci mes moi mon n ne nos notre nous on ont ou où \
    par pas peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa se ses si son \
    sont sur t ta te tes toi ton tu un une vos votre vous y aimerais besoin dois doit existe possible pouvez puisse \
    quelqu souhaite veut veux voudrais vouloir savoir";

#[cfg(feature = "spanish")]
const SPANISH: &str = "a al algo como cómo con cual cuál cuales cuáles cuando cuándo de del dónde donde e el él ella \
    en es esa ese eso esta está este esto gracias ha hacer hay hola la las le les lo los me mi mis muy no nos o para \
    pero por porque puede puedo que qué quien quién se ser si sí sin sobre son su sus tengo tiene tu tus un una unas \
    uno unos y ya yo alguien debe debo deseo existe necesito poder posible pueden quería quiero quisiera saber tener";

#[cfg(feature = "italian")]
const ITALIAN: &str = "a ai al alla alle anche c che chi ci ciao come con cosa da dal dalla degli dei del della \
    delle di dove e è ed fare gli grazie ha hai ho i il in io l la le lei lo loro lui ma me mi mia mie miei mio ne \
    nel nella noi non nostro o per perché più posso può qual quale quali quando quanto quella quello questa questo \
    se sei si sono su sua sul suo tu un una uno vi voi avere bisogno deve devo esiste possibile possono potrei puoi \
    qualcuno sapere voglio vorrei";

#[cfg(feature = "portuguese")]
const PORTUGUESE: &str = "a à ao aos as às com como da das de depois do dos e é ela ele em essa esse esta está este \
    eu faço fazer há isso isto já lhe mais mas me meu meus minha minhas muito na não nas no nos o obrigado olá onde \
    os ou para pela pelo pode por porque posso qual quais quando que quem são se sem ser seu seus sua sim só sobre \
    sua suas tem tenho ter um uma você vocês alguém consigo deve devo existe gostaria poderia possível preciso \
    queria quero saber";

#[cfg(feature = "dutch")]
const DUTCH: &str = "aan al als bij daar dan dat de deze die dit doe doen door een en er geen haar had hallo heb \
    hebben heeft hem het hij hoe hun ik in is ja je jij kan kun kunnen maar me mij mijn met moet na naar niet nog nu \
    of om onder ons ook op over te tot u uit uw van voor waar waarom wanneer wat we welk welke wie wil wij word \
    worden wordt zal ze zich zij zijn zo graag hebt iemand iets kunt mag mogelijk mogen moeten nodig weten wilt zou";

#[cfg(feature = "polish")]
const POLISH: &str = "a aby ale ani bez być by był była co czemu czy dla do dlaczego dzień dobry dziękuję gdzie go i \
    ich ile im jak jaka jaki jakie jako jego jej jest jestem już kiedy kto która które który ma mam mi mnie moja \
    moje moje mogę można mój my na nam nas nie nie niż o od on ona one oni oraz po pod proszę przez przy się są ta \
    tak tam te tego tej ten to tu ty w was wy z za ze że żeby chcę chciałbym chciałabym czegoś ktoś musi muszę \
    możecie możliwe potrzebuję trzeba wiedzieć";

#[cfg(any(feature = "danish", feature = "norwegian", feature = "swedish"))]
const SCANDINAVIAN: &str = "af alla att av bara blir bli ble da de dem den der det detta dette dig din dina du efter \
    ej eller en er ert et ett for från för fra får få går gör gjør ha han har hej hei hon hun hur hva hvad hvem \
    hvilken hvilket hvis hvor hvordan hvorfor hvornår i icke ikke inte ja jag jeg kan kunne man med meg mej men mig \
    min mina mine mit mitt mycket må måste når när nej nu och og om op på sig sin ska skal skulle som så till til \
    tack takk var vad vara varför vem vi vid vil vilken vill være är behöver bør börde gärna gerne möjligt \
    mulig muligt någon noen nogen trenger vet ved ville";
