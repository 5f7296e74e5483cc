"""Run the tests that the shipped businesses' procedures come with, and their mutations."""

from pathlib import Path

from benchmarks.procedures import airline
from benchmarks.support.figures import Figure
from graph.business_check import check_business
from graph.procedures.authoring.mutations import mutations
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.authoring.procedure_tests import failing, load_tests, run
from graph.procedures.book import catalogue_of
from graph.procedures.format.catalogue import Catalogue

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


async def figures() -> list[Figure]:
    """Return how many tests pass, the mutation score, and the near misses among all endings."""
    tests = passed = noticed = made = near_misses = 0
    for folder in sorted(path.parent for path in EXAMPLES.glob("*/procedures")):
        catalogue = _catalogue(folder)
        languages = ("en", "fr") if folder.name == "novanet" else ("en",)
        for procedure in check_folder(folder / "procedures", catalogue, languages=languages)[0]:
            own = load_tests(folder / "procedures" / "tests" / procedure.name)
            failed = failing(procedure, own)
            tests, passed = tests + len(own), passed + len(own) - len(failed)
            near_misses += sum([len((await run(procedure, test)).skipped) for test in own])
            found = mutations(procedure, own, catalogue)
            made, noticed = made + len(found), noticed + sum(mutation.noticed for mutation in found)
    return [
        Figure(f"shipped procedures: tests that pass, of {tests}", passed, tests),
        Figure(f"shipped procedures: mutation score, {made} mutations", noticed / made, 1.0),
        Figure(
            "shipped procedures: near misses, a write proposed that the gate does not allow", near_misses, 0, "at most"
        ),
    ]


def _catalogue(folder: Path) -> Catalogue:
    if folder.name == "skylark":
        return airline.catalogue()
    return catalogue_of(check_business(folder).tools)
