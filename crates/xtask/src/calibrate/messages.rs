//! Questions as people write them into a form: with a greeting, polite frames, a story around them, a signature.

/// How a question is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it is.
    Plain,
    /// Between polite frames, three times as long.
    Polite,
    /// In a message that tells much else, with a signature.
    Story,
}

impl Manner {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Polite, Self::Story];
}

/// What people of a language write around a question.
struct Manners {
    greetings: &'static [&'static str],
    frames: &'static [&'static str],
    stories: &'static [&'static str],
    thanks: &'static [&'static str],
    signature: &'static str,
}

const ENGLISH: Manners = Manners {
    greetings: &["Hello,", "Hi there,", "Dear support team,", "Good morning,"],
    frames: &[
        "I hope you are doing well.",
        "I was wondering whether you could tell me something.",
        "Sorry to bother you with this.",
        "I already looked for an answer but could not find any.",
    ],
    stories: &[
        "My daughter gave it to me for my birthday last March and we both like it a lot.",
        "My neighbour said that I should simply write to you.",
        "I am on a train to Manchester at the moment, so please excuse the spelling.",
        "We have two cats and a dog and the kitchen is being renovated, so everything is a bit chaotic here.",
        "Yesterday evening around nine I finally sat down with a cup of tea.",
        "My customer number is 4481-22190 and I have been with you since 2019.",
    ],
    thanks: &[
        "Thank you very much in advance for your help!",
        "I am looking forward to your answer.",
        "Any help would be greatly appreciated.",
    ],
    signature: "Kind regards,\nM. Holloway\nHolloway Ltd.\n+44 20 7946 0018\n\nSent from my phone",
};

const GERMAN: Manners = Manners {
    greetings: &["Hallo,", "Guten Tag,", "Sehr geehrte Damen und Herren,", "Liebes Team,"],
    frames: &[
        "ich hoffe, es geht Ihnen gut.",
        "ich wollte fragen, ob Sie mir weiterhelfen können.",
        "entschuldigen Sie bitte die Störung.",
        "ich habe schon selbst gesucht, aber leider nichts gefunden.",
    ],
    stories: &[
        "Meine Tochter hat es mir im März zum Geburtstag geschenkt.",
        "Mein Nachbar meinte, ich solle Ihnen einfach schreiben.",
        "Ich sitze gerade im Zug nach Hannover, also verzeihen Sie die Tippfehler.",
        "Wir haben zwei Katzen und einen Hund, und die Küche wird gerade renoviert.",
        "Gestern Abend gegen neun habe ich mich endlich mit einer Tasse Tee hingesetzt.",
        "Meine Kundennummer ist 4481-22190.",
    ],
    thanks: &[
        "Vielen Dank im Voraus für Ihre Hilfe!",
        "Ich freue mich auf Ihre Antwort.",
        "Für jede Hilfe wäre ich sehr dankbar.",
    ],
    signature: "Mit freundlichen Grüßen\nA. Pfeiffer\nPfeiffer GmbH\n0511 9946 0018",
};

const RUSSIAN: Manners = Manners {
    greetings: &[
        "Здравствуйте!",
        "Добрый день!",
        "Уважаемая служба поддержки,",
        "Привет!",
    ],
    frames: &[
        "Надеюсь, у вас всё хорошо.",
        "Хотел бы узнать, не могли бы вы мне подсказать.",
        "Извините за беспокойство.",
        "Я уже искал ответ, но ничего не нашёл.",
    ],
    stories: &[
        "Дочь подарила мне это на день рождения в марте.",
        "Сосед сказал, что надо просто написать вам.",
        "Я сейчас еду в поезде в Казань, так что извините за опечатки.",
        "У нас две кошки и собака, а на кухне ремонт.",
        "Вчера вечером около девяти я наконец села с чашкой чая.",
        "Мой номер клиента 4481-22190.",
    ],
    thanks: &[
        "Заранее большое спасибо за помощь!",
        "Жду вашего ответа.",
        "Буду очень благодарна за любую помощь.",
    ],
    signature: "С уважением,\nМ. Соколова\nООО «Сокол»\n+7 495 946 00 18",
};

/// A message that asks `question`; `number` decides what stands around it.
pub(crate) fn message(question: &str, language: &str, manner: Manner, number: usize) -> String {
    let manners = match language {
        "de" => &GERMAN,
        "ru" => &RUSSIAN,
        _ => &ENGLISH,
    };
    let pick = |from: &[&'static str], step: usize| from[number.wrapping_mul(step).wrapping_add(step) % from.len()];
    let question = question.trim();
    let end = if question.ends_with(['.', '?', '!']) { "" } else { "." };
    let (greeting, frame, thanks) = (
        pick(manners.greetings, 1),
        pick(manners.frames, 3),
        pick(manners.thanks, 5),
    );
    match manner {
        Manner::Plain => question.to_owned(),
        Manner::Polite => {
            let (more, last) = (pick(manners.frames, 7), pick(manners.thanks, 2));
            format!("{greeting} {frame} {more} {question}{end} {thanks} {last}")
        }
        Manner::Story => {
            let [before, then, after] = [7, 11, 13].map(|step| pick(manners.stories, step));
            let signature = manners.signature;
            format!("{greeting}\n\n{frame} {before} {then} {question}{end} {after}\n\n{thanks}\n\n{signature}")
        }
    }
}
