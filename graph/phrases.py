"""Keep the fixed sentences that customers read, per language."""

from typing import Literal

PhraseId = Literal[
    "disclosure",
    "searching",
    "looking_up",
    "thinking",
    "handed_over",
    "why_asked",
    "why_angry",
    "why_fraud",
    "why_billing_dispute",
    "why_rule",
    "why_repeated_failure",
    "why_budget",
    "why_no_source",
    "why_unavailable",
    "why_other",
    "answer_minutes",
    "answer_hours",
    "callback",
    "callback_open",
    "desk_down",
    "ticket_resolved",
    "ticket_handed_back",
    "ticket_merged",
    "cancel_handoff",
    "still_with_person",
    "not_done",
    "not_yet_done",
    "not_heard",
    "ask_yes",
    "ask_yes_all",
    "several",
    "withdrawn",
    "code_sent",
    "code_wrong",
    "code_over",
    "voice_off",
    "voice_unusable",
    "voice_down",
    "no_safe_answer",
]

PHRASES: dict[str, dict[PhraseId, str]] = {
    "en": {
        "disclosure": (
            "You are writing with the AI assistant of {shop}, not with a person. It can make mistakes. "
            "Ask for a person at any time."
        ),
        "searching": "Searching help articles…",
        "looking_up": "Looking that up…",
        "thinking": "Writing a reply…",
        "handed_over": (
            "I am handing this conversation over to a colleague. Your ticket is {ticket}. "
            "They have everything you wrote here and will answer in this conversation."
        ),
        "why_asked": "Of course, you can talk to a person.",
        "why_angry": "I am sorry that this went so badly for you.",
        "why_fraud": "I am sorry. Something like this must be looked at by a person at once.",
        "why_billing_dispute": "I am sorry about this charge. A person has to check the payment.",
        "why_rule": "I may not decide this myself, so a person will.",
        "why_repeated_failure": "I am sorry that I could not help you so far.",
        "why_budget": "This is taking me too long, and you should not have to wait.",
        "why_no_source": "I have no reliable answer to that, and I will not guess.",
        "why_unavailable": "I cannot answer properly at the moment.",
        "why_other": "A person can help you better with this than I can.",
        "answer_minutes": "You can expect an answer within {minutes} minutes.",
        "answer_hours": "You can expect an answer within {hours} hours.",
        "callback": "Nobody is at the desk right now; a colleague will get back to you here by {time}.",
        "callback_open": "Nobody is at the desk right now; a colleague will get back to you here as soon as possible.",
        "desk_down": (
            "I wanted to hand you over to a colleague, but our ticket system does not answer, so nobody has "
            "been told yet. "
            "Please write again in a few minutes; I will try again then."
        ),
        "ticket_resolved": "Your ticket {ticket} is closed. Write here at any time if you need more help.",
        "ticket_merged": (
            "We go on with ticket {ticket} as part of ticket {into}, in your other conversation. You will be "
            "answered there."
        ),
        "ticket_handed_back": "My colleagues have handed the conversation back to me (ticket {ticket}). How can I "
        "help you now?",
        "cancel_handoff": (
            "All right, nobody will be called in: ticket {ticket} is closed, and I, the assistant, am here again. "
            "What can I do for you?"
        ),
        "still_with_person": "Your message was added to ticket {ticket}; a colleague will answer here.",
        "not_done": "This was not carried out; the conversation went to a person first.",
        "not_yet_done": (
            "What you had agreed to is not done. It was waiting for a colleague, and the one who answers you now "
            "decides on it:"
        ),
        "not_heard": "I could not hear you. Please say it again, or write it.",
        "ask_yes": "Shall I go ahead? Please answer yes or no.",
        "several": "I can do the following:",
        "ask_yes_all": "Shall I go ahead with all of this? Please answer yes or no.",
        "withdrawn": "All right, I have not changed anything. Is there anything else I can do?",
        "code_sent": (
            "Thank you. If these details belong to an account, I have sent a six-digit code to its e-mail "
            "address. Please type it here within {minutes} minutes. If none arrives, sign in or ask me for a colleague."
        ),
        "code_wrong": "That is not the code I sent. Please look again and type it once more; tries left: {tries}.",
        "code_over": (
            "That code is not valid, or no longer. Please tell me your e-mail address again, or your first name, "
            "last name and postcode, and I will send a new one."
        ),
        "voice_off": "I cannot listen to voice messages here. Please write to me.",
        "voice_unusable": (
            "I cannot use this recording: it is too long or not in a format I know. Please record a shorter one, "
            "or write."
        ),
        "voice_down": "I cannot listen to voice messages at the moment. Please write to me.",
        "no_safe_answer": (
            "I could not find an answer to that which I can rely on. If you would like a person to look at it, "
            "just say so."
        ),
    },
    "de": {
        "disclosure": (
            "Sie schreiben mit dem KI-Assistenten von {shop}, nicht mit einem Menschen. Er kann sich irren. "
            "Sie können jederzeit nach einem Menschen fragen."
        ),
        "searching": "Ich durchsuche die Hilfeartikel …",
        "looking_up": "Ich sehe nach …",
        "thinking": "Ich schreibe eine Antwort …",
        "handed_over": (
            "Ich übergebe dieses Gespräch an eine Kollegin oder einen Kollegen. Ihre Ticketnummer ist {ticket}. "
            "Alles, was Sie geschrieben haben, liegt dort vor; die Antwort kommt hier in dieses Gespräch."
        ),
        "why_asked": "Natürlich können Sie mit einem Menschen sprechen.",
        "why_angry": "Es tut mir leid, dass das so schlecht gelaufen ist.",
        "why_fraud": "Das tut mir leid. So etwas muss sofort ein Mensch ansehen.",
        "why_billing_dispute": "Das mit dieser Abbuchung tut mir leid. Ein Mensch muss die Zahlung prüfen.",
        "why_rule": "Das darf ich nicht selbst entscheiden, deshalb tut es ein Mensch.",
        "why_repeated_failure": "Es tut mir leid, dass ich Ihnen bisher nicht helfen konnte.",
        "why_budget": "Das dauert bei mir zu lange, und Sie sollen nicht warten müssen.",
        "why_no_source": "Darauf habe ich keine verlässliche Antwort, und raten will ich nicht.",
        "why_unavailable": "Ich kann im Moment nicht richtig antworten.",
        "why_other": "Dabei kann Ihnen ein Mensch besser helfen als ich.",
        "answer_minutes": "Die Antwort kommt innerhalb von {minutes} Minuten.",
        "answer_hours": "Die Antwort kommt innerhalb von {hours} Stunden.",
        "callback": "Gerade ist niemand am Platz; die Antwort kommt hier bis {time}.",
        "callback_open": "Gerade ist niemand am Platz; die Antwort kommt hier so bald wie möglich.",
        "desk_down": (
            "Ich wollte Sie an eine Kollegin oder einen Kollegen übergeben, aber unser Ticketsystem antwortet "
            "nicht, und noch weiß "
            "niemand Bescheid. Bitte schreiben Sie in ein paar Minuten noch einmal; dann versuche ich es wieder."
        ),
        "ticket_resolved": "Ihr Ticket {ticket} ist abgeschlossen. Schreiben Sie hier jederzeit, wenn Sie noch etwas "
        "brauchen.",
        "ticket_merged": (
            "Ticket {ticket} wird als Teil von Ticket {into} in Ihrem anderen Gespräch weiterbearbeitet. Die "
            "Antwort kommt dort."
        ),
        "ticket_handed_back": "Das Gespräch ist wieder bei mir (Ticket {ticket}). Wie kann ich Ihnen jetzt helfen?",
        "cancel_handoff": (
            "In Ordnung, Ticket {ticket} ist geschlossen, und Sie schreiben wieder mit mir, dem Assistenten. Was "
            "kann ich für Sie tun?"
        ),
        "still_with_person": "Ihre Nachricht wurde zum Ticket {ticket} hinzugefügt; die Antwort kommt hier.",
        "not_done": "Das wurde nicht ausgeführt; das Gespräch ging vorher an einen Menschen.",
        "not_yet_done": (
            "Was Sie bestätigt hatten, ist noch nicht ausgeführt. Es wartete auf eine Freigabe; darüber "
            "entscheidet nun, wer Ihnen antwortet:"
        ),
        "not_heard": "Ich konnte Sie nicht verstehen. Bitte sagen Sie es noch einmal, oder schreiben Sie es.",
        "ask_yes": "Soll ich das tun? Bitte antworten Sie mit Ja oder Nein.",
        "several": "Ich kann Folgendes tun:",
        "ask_yes_all": "Soll ich das alles tun? Bitte antworten Sie mit Ja oder Nein.",
        "withdrawn": "In Ordnung, ich habe nichts geändert. Kann ich sonst etwas tun?",
        "code_sent": (
            "Danke. Wenn diese Angaben zu einem Konto gehören, habe ich einen sechsstelligen Code an dessen "
            "E-Mail-Adresse geschickt. Bitte geben Sie ihn innerhalb von {minutes} Minuten hier ein. Kommt "
            "keiner an, melden Sie sich an oder fragen Sie nach einem Kollegen."
        ),
        "code_wrong": (
            "Das ist nicht der Code, den ich geschickt habe. Bitte sehen Sie nach und geben Sie ihn noch einmal "
            "ein; verbleibende Versuche: {tries}."
        ),
        "code_over": (
            "Dieser Code gilt nicht oder nicht mehr. Bitte nennen Sie mir noch einmal Ihre E-Mail-Adresse, oder "
            "Vorname, Nachname und Postleitzahl; dann schicke ich einen neuen."
        ),
        "voice_off": "Sprachnachrichten kann ich hier nicht anhören. Bitte schreiben Sie mir.",
        "voice_unusable": (
            "Mit dieser Aufnahme kann ich nichts anfangen: Sie ist zu lang oder in keinem Format, das ich kenne. "
            "Bitte nehmen Sie eine kürzere auf, oder schreiben Sie."
        ),
        "voice_down": "Im Moment kann ich keine Sprachnachrichten anhören. Bitte schreiben Sie mir.",
        "no_safe_answer": (
            "Dazu habe ich keine Antwort gefunden, auf die ich mich verlassen kann. Wenn sich ein Mensch darum "
            "kümmern soll, sagen Sie es einfach."
        ),
    },
    "fr": {
        "disclosure": (
            "Vous écrivez à l'assistant IA de {shop}, pas à une personne. Il peut se tromper. "
            "Vous pouvez demander une personne à tout moment."
        ),
        "searching": "Je cherche dans les articles d'aide…",
        "looking_up": "Je vérifie…",
        "thinking": "J'écris une réponse…",
        "handed_over": (
            "Je transmets cette conversation à un collègue. Votre numéro de ticket est {ticket}. "
            "Tout ce que vous avez écrit lui est transmis ; la réponse arrivera ici, dans cette conversation."
        ),
        "why_asked": "Bien sûr, vous pouvez parler à une personne.",
        "why_angry": "Je suis désolé que cela se soit si mal passé.",
        "why_fraud": "Je suis désolé. Une personne doit s'en occuper immédiatement.",
        "why_billing_dispute": "Je suis désolé pour ce débit. Une personne doit vérifier le paiement.",
        "why_rule": "Je ne peux pas décider cela moi-même ; une personne le fera.",
        "why_repeated_failure": "Je suis désolé de ne pas avoir pu vous aider jusqu'ici.",
        "why_budget": "Cela me prend trop de temps, et vous ne devez pas attendre.",
        "why_no_source": "Je n'ai pas de réponse fiable à cela, et je ne veux pas deviner.",
        "why_unavailable": "Je ne peux pas répondre correctement en ce moment.",
        "why_other": "Une personne peut mieux vous aider que moi.",
        "answer_minutes": "Vous aurez une réponse dans les {minutes} minutes.",
        "answer_hours": "Vous aurez une réponse dans les {hours} heures.",
        "callback": "Personne n'est disponible pour l'instant ; un collègue vous répondra ici au plus tard le {time}.",
        "callback_open": "Personne n'est disponible pour l'instant ; un collègue vous répondra ici dès que possible.",
        "desk_down": (
            "Je voulais vous transmettre à un collègue, mais notre système de tickets ne répond pas : personne "
            "n'est encore prévenu. "
            "Écrivez-moi à nouveau dans quelques minutes, je réessaierai."
        ),
        "ticket_resolved": "Votre ticket {ticket} est clos. Écrivez ici à tout moment si vous avez besoin d'aide.",
        "ticket_merged": (
            "Le ticket {ticket} est traité avec le ticket {into}, dans votre autre conversation. C'est là que nous "
            "vous répondrons."
        ),
        "ticket_handed_back": "Mes collègues m'ont rendu la conversation (ticket {ticket}). Comment puis-je vous "
        "aider ?",
        "cancel_handoff": (
            "D'accord, le ticket {ticket} est fermé et c'est de nouveau moi, l'assistant, qui réponds. Que puis-je "
            "faire pour vous ?"
        ),
        "still_with_person": "Votre message a été ajouté au ticket {ticket} ; un collègue répondra ici.",
        "not_done": "Cela n'a pas été exécuté ; la conversation est d'abord passée à une personne.",
        "not_yet_done": (
            "Ce que vous aviez confirmé n'est pas encore fait. Cela attendait un accord ; la personne qui vous "
            "répond en décide maintenant :"
        ),
        "not_heard": "Je ne vous ai pas entendu. Répétez, s'il vous plaît, ou écrivez-le.",
        "ask_yes": "Dois-je le faire ? Répondez par oui ou non, s'il vous plaît.",
        "several": "Je peux faire ceci :",
        "ask_yes_all": "Dois-je faire tout cela ? Répondez par oui ou non, s'il vous plaît.",
        "withdrawn": "D'accord, je n'ai rien changé. Puis-je faire autre chose ?",
        "code_sent": (
            "Merci. Si ces informations correspondent à un compte, j'ai envoyé un code à six chiffres à son "
            "adresse e-mail. Saisissez-le ici dans les {minutes} minutes, s'il vous plaît. Si rien n'arrive, "
            "connectez-vous ou demandez un collègue."
        ),
        "code_wrong": (
            "Ce n'est pas le code que j'ai envoyé. Vérifiez-le et saisissez-le encore une fois ; essais restants "
            ": {tries}."
        ),
        "code_over": (
            "Ce code n'est pas valable, ou ne l'est plus. Redonnez-moi votre adresse e-mail, ou vos prénom, nom "
            "et code postal, et j'en enverrai un nouveau."
        ),
        "voice_off": "Je ne peux pas écouter les messages vocaux ici. Écrivez-moi, s'il vous plaît.",
        "voice_unusable": (
            "Je ne peux pas utiliser cet enregistrement : il est trop long ou d'un format inconnu. Enregistrez-en "
            "un plus court, ou écrivez."
        ),
        "voice_down": "Je ne peux pas écouter les messages vocaux pour le moment. Écrivez-moi, s'il vous plaît.",
        "no_safe_answer": (
            "Je n'ai pas trouvé de réponse fiable à cela. Si vous souhaitez qu'une personne s'en occupe, dites-le "
            "simplement."
        ),
    },
    "es": {
        "disclosure": (
            "Está escribiendo con el asistente de IA de {shop}, no con una persona. Puede equivocarse. "
            "Puede pedir hablar con una persona en cualquier momento."
        ),
        "searching": "Buscando en los artículos de ayuda…",
        "looking_up": "Lo estoy comprobando…",
        "thinking": "Escribiendo una respuesta…",
        "handed_over": (
            "Paso esta conversación a un compañero. Su número de ticket es {ticket}. "
            "Tiene todo lo que usted ha escrito y responderá aquí, en esta conversación."
        ),
        "why_asked": "Por supuesto, puede hablar con una persona.",
        "why_angry": "Siento mucho que haya salido tan mal.",
        "why_fraud": "Lo siento. Una persona debe verlo de inmediato.",
        "why_billing_dispute": "Siento lo de este cargo. Una persona debe comprobar el pago.",
        "why_rule": "No puedo decidirlo yo, así que lo hará una persona.",
        "why_repeated_failure": "Siento no haber podido ayudarle hasta ahora.",
        "why_budget": "Esto me está llevando demasiado tiempo y usted no debe esperar.",
        "why_no_source": "No tengo una respuesta fiable y no quiero adivinar.",
        "why_unavailable": "Ahora mismo no puedo responder bien.",
        "why_other": "Una persona puede ayudarle mejor que yo.",
        "answer_minutes": "Tendrá una respuesta en {minutes} minutos.",
        "answer_hours": "Tendrá una respuesta en {hours} horas.",
        "callback": "Ahora no hay nadie disponible; un compañero le responderá aquí antes del {time}.",
        "callback_open": "Ahora no hay nadie disponible; un compañero le responderá aquí lo antes posible.",
        "desk_down": (
            "Quería pasarle con un compañero, pero nuestro sistema de tickets no responde y todavía no se ha "
            "avisado a nadie. "
            "Escríbame de nuevo en unos minutos y lo intentaré otra vez."
        ),
        "ticket_resolved": "Su ticket {ticket} está cerrado. Escriba aquí cuando quiera si necesita más ayuda.",
        "ticket_merged": (
            "El ticket {ticket} se atiende junto con el ticket {into}, en su otra conversación. Le responderemos allí."
        ),
        "ticket_handed_back": "Mis compañeros me han devuelto la conversación (ticket {ticket}). ¿En qué puedo "
        "ayudarle ahora?",
        "cancel_handoff": (
            "De acuerdo, el ticket {ticket} está cerrado y vuelvo a responder yo, el asistente. ¿Qué puedo hacer "
            "por usted?"
        ),
        "still_with_person": "Su mensaje se ha añadido al ticket {ticket}; un compañero responderá aquí.",
        "not_done": "No se ha llevado a cabo; la conversación pasó antes a una persona.",
        "not_yet_done": (
            "Lo que usted había confirmado aún no se ha hecho. Esperaba una autorización; ahora lo decide la "
            "persona que le responda:"
        ),
        "not_heard": "No he podido oírle. Dígalo otra vez, por favor, o escríbalo.",
        "ask_yes": "¿Lo hago? Responda sí o no, por favor.",
        "several": "Puedo hacer lo siguiente:",
        "ask_yes_all": "¿Hago todo esto? Responda sí o no, por favor.",
        "withdrawn": "De acuerdo, no he cambiado nada. ¿Puedo hacer algo más?",
        "code_sent": (
            "Gracias. Si estos datos corresponden a una cuenta, he enviado un código de seis cifras a su correo "
            "electrónico. Escríbalo aquí en los próximos {minutes} minutos, por favor. Si no llega nada, "
            "inicie sesión o pida hablar con un compañero."
        ),
        "code_wrong": "Ese no es el código que he enviado. Compruébelo y escríbalo otra vez; intentos restantes: "
        "{tries}.",
        "code_over": (
            "Ese código no es válido, o ya no lo es. Dígame otra vez su correo electrónico, o su nombre, apellido "
            "y código postal, y le enviaré uno nuevo."
        ),
        "voice_off": "Aquí no puedo escuchar mensajes de voz. Escríbame, por favor.",
        "voice_unusable": (
            "No puedo usar esta grabación: es demasiado larga o de un formato que no conozco. Grabe una más corta "
            "o escríbame."
        ),
        "voice_down": "Ahora mismo no puedo escuchar mensajes de voz. Escríbame, por favor.",
        "no_safe_answer": "No he encontrado una respuesta fiable a eso. Si desea que una persona lo revise, dígalo "
        "sin más.",
    },
    "ar": {
        "disclosure": (
            "أنت تكتب إلى المساعد الذكي (ذكاء اصطناعي) لدى {shop}، وليس إلى شخص. قد يخطئ. يمكنك طلب التحدث إلى "
            "شخص في أي وقت."
        ),
        "searching": "أبحث في مقالات المساعدة…",
        "looking_up": "أتحقق من ذلك…",
        "thinking": "أكتب ردًا…",
        "handed_over": (
            "أحيل هذه المحادثة إلى أحد الزملاء. رقم تذكرتك هو {ticket}. لديه كل ما كتبته هنا، وسيجيبك في هذه المحادثة."
        ),
        "why_asked": "بالطبع، يمكنك التحدث إلى شخص.",
        "why_angry": "يؤسفني أن الأمر سار بهذا السوء.",
        "why_fraud": "يؤسفني ذلك. يجب أن ينظر شخص في هذا الأمر فورًا.",
        "why_billing_dispute": "يؤسفني أمر هذا الخصم. يجب أن يتحقق شخص من عملية الدفع.",
        "why_rule": "لا يجوز لي أن أقرر هذا بنفسي، لذلك سيقرره شخص.",
        "why_repeated_failure": "يؤسفني أنني لم أستطع مساعدتك حتى الآن.",
        "why_budget": "يستغرق هذا وقتًا طويلًا مني، ولا ينبغي أن تنتظر.",
        "why_no_source": "ليس لدي جواب موثوق عن هذا، ولن أخمّن.",
        "why_unavailable": "لا أستطيع الإجابة كما ينبغي في الوقت الحالي.",
        "why_other": "يستطيع شخص مساعدتك في هذا أفضل مني.",
        "answer_minutes": "يمكنك توقع الرد خلال {minutes} دقيقة.",
        "answer_hours": "يمكنك توقع الرد خلال {hours} ساعة.",
        "callback": "لا يوجد أحد في المكتب الآن؛ سيجيبك أحد الزملاء هنا قبل {time}.",
        "callback_open": "لا يوجد أحد في المكتب الآن؛ سيجيبك أحد الزملاء هنا في أقرب وقت ممكن.",
        "desk_down": (
            "أردت إحالتك إلى أحد الزملاء، لكن نظام التذاكر لا يستجيب، ولم يُبلَّغ أحد بعد. اكتب مرة أخرى بعد "
            "بضع دقائق وسأحاول من جديد."
        ),
        "ticket_resolved": "أُغلقت تذكرتك {ticket}. اكتب هنا في أي وقت إذا احتجت إلى مزيد من المساعدة.",
        "ticket_merged": "تُتابَع التذكرة {ticket} ضمن التذكرة {into} في محادثتك الأخرى. سنجيبك هناك.",
        "ticket_handed_back": "أعاد زملائي المحادثة إليّ (التذكرة {ticket}). كيف يمكنني مساعدتك الآن؟",
        "cancel_handoff": "حسنًا، أُغلقت التذكرة {ticket} وعدتُ أنا المساعد للرد عليك. بماذا أساعدك؟",
        "still_with_person": "أُضيفت رسالتك إلى التذكرة {ticket}؛ سيجيبك أحد الزملاء هنا.",
        "not_done": "لم يُنفَّذ هذا؛ انتقلت المحادثة إلى شخص قبل ذلك.",
        "not_yet_done": "ما وافقت عليه لم يُنفَّذ بعد. كان ينتظر موافقة زميل، والشخص الذي سيرد عليك هو من يقرر بشأنه "
        "الآن:",
        "not_heard": "لم أستطع سماعك. قلها مرة أخرى من فضلك، أو اكتبها.",
        "ask_yes": "هل أتابع؟ أجب بنعم أو لا من فضلك.",
        "several": "يمكنني القيام بما يلي:",
        "ask_yes_all": "هل أتابع كل هذا؟ أجب بنعم أو لا من فضلك.",
        "withdrawn": "حسنًا، لم أغيّر شيئًا. هل يمكنني فعل شيء آخر؟",
        "code_sent": (
            "شكرًا. إذا كانت هذه البيانات تخص حسابًا، فقد أرسلت رمزًا من ستة أرقام إلى بريده الإلكتروني. اكتبه "
            "هنا خلال {minutes} دقيقة من فضلك. إن لم يصل شيء فسجّل الدخول أو اطلب التحدث إلى زميل."
        ),
        "code_wrong": "هذا ليس الرمز الذي أرسلته. تحقق منه واكتبه مرة أخرى؛ المحاولات المتبقية: {tries}.",
        "code_over": (
            "هذا الرمز غير صالح، أو لم يعد صالحًا. أخبرني مرة أخرى ببريدك الإلكتروني، أو باسمك الأول واسم "
            "العائلة والرمز البريدي، "
            "وسأرسل رمزًا جديدًا."
        ),
        "voice_off": "لا أستطيع الاستماع إلى الرسائل الصوتية هنا. اكتب إليّ من فضلك.",
        "voice_unusable": "لا أستطيع استخدام هذا التسجيل: إنه طويل جدًا أو بصيغة لا أعرفها. سجّل رسالة أقصر أو اكتب "
        "من فضلك.",
        "voice_down": "لا أستطيع الاستماع إلى الرسائل الصوتية الآن. اكتب إليّ من فضلك.",
    },
}


def phrase(phrase_id: PhraseId, locale: str, **values: str) -> str:
    """Return a fixed sentence in the locale's language, or in English where there is none."""
    return PHRASES.get(locale.split("-")[0].lower(), PHRASES["en"])[phrase_id].format(**values)
