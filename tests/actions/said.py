"""What customers say that is no question, or asks for an account: enough of it to reach every wording of the answers, said four times each."""

from __future__ import annotations

from bot.accounts.port import Desk, Health
from tests.actions.rendering import Rendered, ago, ask, backup, desk, health, incident, mail
from tests.actions.situations import TODAY, bounced, creating, deleted, in_grace, late, suspended, valid

DOWN = valid("AGUILA-01", health=health("down"), incident=incident())
NOT_ANSWERING = valid("AGUILA-01", health=Health(ago(minutes=2), "down"))
FAILED = valid("MITLA-01", backups=(backup(TODAY, "failed"),), connection_mails=(mail(),))
TIMES = 4

SAID: tuple[tuple[str, Desk | None, str, str], ...] = (
    *(
        ("saludar", None, "none move=greets", text)
        for text in ("hola", "hay alguien?", "ya volví", "mucho gusto, soy Lupita", "¿cómo amaneció?", "buenas noches")
    ),
    *(("despedirse", None, "none move=leaves", text) for text in ("adiós", "vuelvo al rato", "buenas noches", "me voy a firmar")),
    ("despedirse", desk(in_grace()), "none move=leaves", "bye"),
    ("despedirse", desk(suspended()), "none move=leaves", "bye"),
    *(("agradecer", desk(valid()), "none move=thanks", text) for text in ("gracias", "gracias y perdón por la lata")),
    ("agradecer", desk(deleted()), "none move=thanks", "gracias"),
    *(("afirmar", desk(valid()), "none move=confirms", text) for text in ("va", "ahorita marco")),
    *(("negar", desk(valid()), "none move=denies", text) for text in ("así déjalo", "no me lo mandes todavía")),
    *(
        ("charla", None, "none", text)
        for text in (
            "cuéntame un chiste",
            "un chiste de contadores",
            "malísimo",
            "perdón por el francés",
            "¿hablas inglés?",
            "¿no duermes?",
            "¿tomas café?",
            "qué calor hace",
            "¿te pagan?",
            "me llamo Emiliano",
            "¿cómo te va?",
            "cumplí sesenta",
            "eres buena onda",
            "espero aquí",
            "ya entendí",
            "menos mal",
            "ay no",
            "jajaja",
            "ok",
        )
    ),
    *(("charla", desk(of), "none", "😱") for of in (deleted(), DOWN, FAILED)),
    *(
        ("contar", desk(of), "none move=complains", text)
        for of in (deleted(), DOWN, NOT_ANSWERING, late(), suspended(), FAILED, bounced(), in_grace(), creating(), valid())
        for text in ("qué burla", "nadie me avisó", "los demando", "no contestan la línea")
    ),
    ("contar", desk(suspended(ended_days_ago=-20)), "none move=complains", "qué burla"),
    *(
        ("contar", desk(valid()), "none move=tells", text)
        for text in (
            "ya voy por unos tacos",
            "espere, me hablan",
            "lo platico con mi socio",
            "ya llegó",
            "voy a pagar",
            "le marco",
            "lo copio en una usb",
        )
    ),
    *(("contar", desk(bounced()), "none move=tells", text) for text in ("ese correo ya ni existe", "ya lo vacié", "otra cosa")),
    ("contar", desk(deleted()), "none move=tells", "mi hermana tenía una en su compu"),
    ("contar", desk(creating()), "none move=tells", "aquí jugando"),
    ("contar", None, "none move=tells", "la clave la tiene Chabe"),
    ("contar", None, "none move=complains", "no contestan la línea"),
    ("contar", desk(suspended()), "none", "ya pagué"),
    ("contar", desk(suspended()), "none", "sigo esperando"),
    *(("hablar_con_asesor", desk(valid()), frame, "") for frame in ("do", "how", "who move=complains", "none move=denies")),
    *(
        ("preguntar_quien_eres", of, frame, text)
        for of in (None, desk(valid()))
        for frame, text in (
            ("who", "¿quién eres?"),
            ("who", "¿cómo te llamas?"),
            ("who move=complains", "¿tú quién eres para decirme que no?"),
            ("whether", "¿eres persona?"),
            ("whether", "¿te acuerdas de mí?"),
            ("whether", "¿hay alguien?"),
            ("sure", "¿y cómo sé que es oficial?"),
            ("how", "¿cómo sabes que soy yo?"),
            ("which", "¿qué ves de mí?"),
            ("when", "¿descansas el domingo?"),
            ("where", "¿de dónde eres?"),
            ("what_if", "¿y si agarran mi teléfono?"),
        )
    ),
    ("preguntar_si_es_bot", None, "whether", "¿eres un bot?"),
    *(
        ("pedir_ayuda", of, frame, "")
        for of in (None, desk(late()))
        for frame in ("general", "general move=complains", "what_if", "whether", "sure")
    ),
    ("pedir_ayuda", None, "whether", "¿hablas inglés?"),
    *(
        ("consultar_pago", None, f"state{servers}", text)
        for servers in ("", " servers=foreign")
        for text in (
            "¿cuánto debo?",
            "te doy mi RFC",
            "olvidé la contraseña",
            "pero si soy yo",
            "nomás dime si o no",
            "y si él entra, ¿a él sí le dices?",
            "¿qué necesito para identificarme?",
        )
    ),
    ("consultar_pago", desk(valid()), "state servers=foreign", "¿y el de mi compadre?"),
    ("consultar_pago", desk(late()), "state move=complains", "¿qué pasó con mi pago?"),
    *(("consultar_pago", desk(valid()), "when move=corrects", text) for text in ("no, el pago", "perdón, quise decir el pago")),
    *(("tema_no_cubierto", desk(valid()), "whether", text) for text in ("me pidió la contraseña", "¿quién más puede ver esto?")),
    ("tema_no_cubierto", desk(valid()), "do servers=foreign", "dame todos los clientes"),
    ("tema_no_cubierto", None, "how", "no me acuerdo de la clave del escritorio"),
    ("tema_no_cubierto", None, "do servers=foreign", "dame todos los clientes"),
)
"""Intent, who says it, the rest of the frame, the words."""


async def say_again(intent: str, of: Desk | None, frame: str, text: str, times: int = TIMES) -> list[Rendered]:
    """The answers to the same thing said `times` times in a row, each with the memory of those before."""
    answers: list[Rendered] = []
    slots: dict[str, object] = {}
    for turn in range(times):
        given = {"says_to_have_paid": "pagué" in text, "says_to_wait": "esperando" in text}
        answers.append(await ask(intent, of, frame=frame, text=text, slots=slots, turn=f"m-{turn}", **given))
        slots = {**slots, **answers[-1].slots, "estado": answers[-1].state}
    return answers
