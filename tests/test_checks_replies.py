"""Hold the reply checks against written replies: what stands in the sources, and what was made up."""

from benchmarks.reply_checks import CAUGHT, LET_THROUGH, Batch, batches


def test_planted_falsehoods_are_caught_and_true_replies_are_let_through() -> None:
    """Targets over all batches; each was new to the rules once, see the heads of the files for what that gave."""
    done = batches()
    everything = Batch("all", None, tuple(reply for batch in done for reply in batch.replies))
    (caught, false), (let_through, true) = everything.rightly(sound=False), everything.rightly(sound=True)
    wrong = [(r.scene, r.kind, r.reply, r.faults) for r in everything.replies if not r.right]
    assert min(false, true) >= 240
    assert caught >= CAUGHT * false, wrong
    assert let_through >= LET_THROUGH * true, wrong
