"""Which servers a text names: the desk's own in any writing, never a month, a branch or a folio, never one of another desk."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from actions.mentioned import mentioned
from actions.tokens import said_count

SIERRA = tuple(f"SIERRA-0{n}" for n in range(1, 6))
ANY_SHAPE = ("CONTABILIDAD", "LA-PAZ-02", "MTY_SUR-01", "NORTE-100", "SUC2-01")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("¿cuándo vence SIERRA-02?", ["SIERRA-02"]),
        ("cuando vence sierra dos", ["SIERRA-02"]),
        ("sierra cero dos ya quedo?", ["SIERRA-02"]),
        ("SIERRA guion cero tres", ["SIERRA-03"]),
        ("SIERRA05 por q no prende", ["SIERRA-05"]),
        ("siera 2", ["SIERRA-02"]),
        ("sierar-02", ["SIERRA-02"]),
        ("sierra 3 y la 05", ["SIERRA-03", "SIERRA-05"]),
        ("la 02 hasta cuándo", ["SIERRA-02"]),
        ("no la SIERRA-04, la SIERRA-02", ["SIERRA-02"]),
        ("la del cerro", []),
        ("me quedan 3 dias", []),
        ("ya pague el 3", []),  # a day, as long as nothing says that it is a server
        ("la caja cierra 3 veces", []),
        ("pásame los de sierra 5 días", []),
        ("SIERRA-02-B", []),
        ("escribe a sierra-02@sierra.mx", []),
    ],
)
def test_names_of_numbered_servers(text, names):
    assert list(mentioned(text, SIERRA).aliases) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cuanto debo de la paz 02", ["LA-PAZ-02"]),
        ("LAPAZ02", ["LA-PAZ-02"]),
        ("PAZ-02 no abre", ["LA-PAZ-02"]),
        ("norte cien", ["NORTE-100"]),
        ("norte-100", ["NORTE-100"]),
        ("norte-10", []),
        ("suc 2 guion 01", ["SUC2-01"]),
        ("suc2-01", ["SUC2-01"]),
        ("mty sur 1 y norte 100", ["MTY_SUR-01", "NORTE-100"]),
        ("la de contabilidad ya responde?", ["CONTABILIDAD"]),
    ],
)
def test_names_of_any_shape(text, names):
    assert list(mentioned(text, ANY_SHAPE).aliases) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("el 3", ["SIERRA-03"]),
        ("#3", ["SIERRA-03"]),
        ("la cero dos", ["SIERRA-02"]),
        ("srv3", ["SIERRA-03"]),
        ("Y DEL TRES", ["SIERRA-03"]),
        ("y el 1 y el 2 se respaldan igual", ["SIERRA-01", "SIERRA-02"]),
        ("compara 03 vs 05", ["SIERRA-03", "SIERRA-05"]),
        ("diferencias 01/02", ["SIERRA-01", "SIERRA-02"]),
        ("04 tambien?", ["SIERRA-04"]),
        ("y la dos no me deja entrar / la uno activa", ["SIERRA-02", "SIERRA-01"]),
        ("perdon el 3, no el 4", ["SIERRA-03"]),
        ("¿El tercero hasta cuándo?", ["SIERRA-03"]),
        ("Y EL ULTIMO", ["SIERRA-05"]),
        ("y el de enmedio?", ["SIERRA-03"]),
        ("¿Y los primeros dos a salvo?", ["SIERRA-01", "SIERRA-02"]),
        ("hasta el 3 de diciembre", []),
        ("a las 2:00", []),
        ("me costó $3", []),
        ("los dos", []),
        ("RUIZ-01?", []),
        ("el 7", []),
    ],
)
def test_numbers_and_places_where_a_server_is_known_to_be_meant(text, names):
    assert list(mentioned(text, SIERRA, loose=True).aliases) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("asta cuando tengo el 2 y se renueva solito", ["SIERRA-02"]),
        ("¿cuánto nos cuesta si sólo tenemos el 4?", ["SIERRA-04"]),
        ("¿vence el 2?", []),
        ("tengo el 2 de diciembre una junta", []),
        ("tengo el pago el 3", []),
        ("pago el 5", []),
    ],
)
def test_what_one_has_is_a_server_though_nobody_said_that_one_is_named(text, names):
    assert list(mentioned(text, SIERRA).aliases) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("si no pago la 3 el lunes 30 que pasa", ["SIERRA-03"]),
        ("mandame otra vez los datos de la 1", ["SIERRA-01"]),
        ("cambiame la 2 a una mas grande antes de q venza", ["SIERRA-02"]),
        ("nombre, la 2 no, la 1 pa cuando cobran", ["SIERRA-01"]),
        ("el servidor 4 que tiene", ["SIERRA-04"]),
        ("que pasa si pago el 3", []),
        ("te hablo a la 1", []),
        ("nos vemos a la una", []),
        ("a eso de la 1 de la tarde", []),
        ("la 1 pm", []),
        ("la 3ra vez que lo digo", []),
    ],
)
def test_a_number_that_is_no_day_and_no_hour_names_a_server_whatever_the_reader_says(text, names):
    assert list(mentioned(text, SIERRA).aliases) == names


@pytest.mark.parametrize(
    ("text", "stranger"),
    [
        ("qué tiene SIERRA-09", "SIERRA-09"),
        ("sierra09 que tiene", "SIERRA-09"),
        ("¿cuándo vence RUIZ-01?", "RUIZ-01"),
        ("no puedo entrar desde la sucursal-02", ""),
        ("la factura de octubre-25", ""),
        ("el folio A-1012", ""),
        ("NO ABRE DESDE LA SUCURSAL-02", ""),
        ("tengo 12 usuarios en la matriz", ""),
        ("SIERRA-02 y RUIZ-01", ""),
    ],
)
def test_what_only_looks_like_a_name(text, stranger):
    assert mentioned(text, SIERRA).stranger == stranger


def test_a_branch_is_no_server_of_any_desk():
    for alias in (*ANY_SHAPE, *SIERRA):
        assert mentioned("no puedo entrar desde la sucursal-02", (alias,)).stranger == ""
        assert mentioned("la factura de octubre-25", (alias,)).stranger == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("los otros dos tres si jalan", 2),
        ("las otras 2 cuando vencen", 2),
        ("LOS DOS BUENOS", 2),
        ("de esos 3 cual", 3),
        ("los demás", None),
    ],
)
def test_how_many_are_said(text, count):
    assert said_count(text) == count


ALIASES = st.lists(st.text(min_size=1, max_size=64).map(str.upper), max_size=5, unique=True).map(tuple)
NAMES = st.from_regex(r"[A-Z]{3,12}([-_ ]?[A-Z0-9]{1,8}){0,3}[-_]?[0-9]{1,3}", fullmatch=True).filter(lambda name: len(name) <= 64)


@settings(max_examples=200)
@given(st.text(max_size=200), ALIASES, st.booleans())
@example("ß0 ½ ² ٣ -", ("ß0", "²", "٣", "-", "½"), True)
def test_any_text_and_any_alias_name_nothing_but_the_desks_own(text, aliases, loose):
    found = mentioned(text, aliases, loose=loose)
    assert set(found.aliases) <= set(aliases)
    assert found.stranger not in aliases
    assert not (found.aliases and found.stranger)


@settings(max_examples=150)
@given(NAMES, st.sampled_from(["{}", "cuándo vence {}?", "y {} ya respondió", "no abre {}."]), st.booleans())
def test_a_name_that_is_written_out_is_found(alias, phrase, small):
    text = phrase.format(alias.lower() if small else alias)
    assert mentioned(text, (alias,)).aliases == (alias,)
