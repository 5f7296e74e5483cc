"""A procedure of an airline, compiled, and the moment at which it is followed."""

import datetime

from benchmarks.procedures.planted import CANCEL, CATALOGUE
from graph.procedures.authoring.procedure_checks import check_procedures
from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import parse_procedure

NOW = datetime.datetime(2026, 5, 15, 15, tzinfo=datetime.UTC)


def compiled(text: str = CANCEL, catalogue: Catalogue = CATALOGUE) -> Procedure:
    found, problems = parse_procedure(text, "cancel-reservation.md")
    assert found is not None, problems
    procedures, problems = check_procedures([found], catalogue)
    assert problems == []
    return procedures[0]
