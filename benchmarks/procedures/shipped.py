"""Run the tests that the shipped businesses' procedures come with, and their mutations."""

from pathlib import Path

from benchmarks.procedures import airline
from benchmarks.procedures.near_misses import AUDIT
from benchmarks.support.figures import Figure
from graph.business_check import check_business
from graph.procedures.authoring.mutations import mutations
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.authoring.procedure_tests import failing, load_tests, run
from graph.procedures.book import catalogue_of
from graph.procedures.format.catalogue import Catalogue

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


async def figures() -> list[Figure]:
    """Return how many tests pass, the mutation score, and how often case and gate disagree."""
    tests = passed = noticed = made = refused = 0
    for folder in sorted(path.parent for path in EXAMPLES.glob("*/procedures")):
        catalogue = _catalogue(folder)
        languages = ("en", "fr") if folder.name == "novanet" else ("en",)
        for procedure in check_folder(folder / "procedures", catalogue, languages=languages)[0]:
            own = load_tests(folder / "procedures" / "tests" / procedure.name)
            failed = failing(procedure, own)
            tests, passed = tests + len(own), passed + len(own) - len(failed)
            for test in own:
                ending = await run(procedure, test)
                refused += len(ending.skipped)
                for verdict in ending.verdicts:
                    AUDIT.note(procedure, verdict, now=test.now, customer_id=test.customer)
            found = mutations(procedure, own, catalogue)
            made, noticed = made + len(found), noticed + sum(mutation.noticed for mutation in found)
    return [
        Figure(f"shipped procedures: tests that pass, of {tests}", passed, tests),
        Figure(f"shipped procedures: mutation score, {made} mutations", noticed / made, 1.0),
        Figure("shipped procedures: writes proposed that the gate does not allow", refused, 0, "at most"),
    ]


def _catalogue(folder: Path) -> Catalogue:
    if folder.name == "skylark":
        return airline.catalogue()
    return catalogue_of(check_business(folder).tools)
