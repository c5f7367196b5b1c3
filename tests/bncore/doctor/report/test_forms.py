"""A report in each of its forms says the same: every finding, worst first, and what moved."""

import csv
import io
import json

import numpy as np
import pytest

from bncore.doctor import Model, Norm
from bncore.doctor.findings import examine
from bncore.doctor.report import FORMS, SEVERITIES, headline, report_of, scales_of


def norm(name: str, **own: object) -> Norm:
    rng = np.random.default_rng(len(name))
    usual = {
        "gamma": rng.normal(1.0, 0.1, 8), "beta": rng.normal(0.0, 0.1, 8), "mean": rng.normal(0.0, 0.3, 8),
        "variance": rng.uniform(0.5, 2.0, 8), "eps": 1e-5, "momentum": 0.1, "batches": 5000,
    }  # fmt: skip
    return Norm(name, "batch", **{**usual, **own})


def model(*norms: Norm) -> Model:
    return Model("npz", norms, {}, dict.__getitem__, notes=("one note",))


NEGATIVE = np.array([1.0, 2.0, 1.5, 0.7, -0.5, 0.9, 1.1, 1.2])
SICK = model(norm("sound"), norm("dead|γ", gamma=np.r_[np.ones(7) * 1.1, 0.0]), norm("=negative", variance=NEGATIVE))


@pytest.fixture(scope="module")
def report():
    return report_of("net.npz", SICK, examine(SICK), ("old.npz", model(norm("sound"), norm("gone"))))


def test_the_rows_are_worst_first_and_none_is_lost(report) -> None:
    ranks = [SEVERITIES.index(row.severity) for row in report.rows]
    assert ranks == sorted(ranks)
    assert {row.name for row in report.rows} == {each.name for each in SICK.norms}
    assert sum(len(row.findings) for row in report.rows) == len(report.findings)
    assert report.rows[0].name == "=negative"
    assert report.has_errors
    assert sum(report.counts.values()) == 3


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "json"])
def test_every_form_has_each_finding_once(report, form: str) -> None:
    written = FORMS[form].write(report)
    told = {"text": [row.findings[0] for row in report.rows if row.findings]}.get(form, report.findings)
    for finding in told:
        sentence = finding.sentence.replace("|", "\\|") if form == "markdown" else finding.sentence
        assert written.count(json.dumps(sentence, ensure_ascii=False)[1:-1] if form == "json" else sentence) == 1


def test_names_from_files_neither_break_a_table_nor_run_in_a_spreadsheet(report) -> None:
    lines = [line for line in FORMS["markdown"].write(report).splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") in (3, 5) for line in lines)
    rows = list(csv.DictReader(io.StringIO(FORMS["csv"].write(report))))
    assert {row["norm"] for row in rows} == {"sound", "dead|γ", "'=negative"}
    assert next(row for row in rows if row["finding"] == "variance_negative")["at_channels"] == "4"


def test_what_moved_since_the_other_checkpoint_is_told_norm_by_norm(report) -> None:
    told = json.loads(FORMS["json"].write(report))["compared"]
    assert {row["norm"]: row["state"] for row in told["norms"]} == {
        "sound": "same", "dead|γ": "added", "=negative": "added", "gone": "removed",
    }  # fmt: skip
    assert told["text"] == "3 of 4 norms differ from “old.npz”."
    alone = report_of("net.npz", SICK, ())
    assert json.loads(FORMS["json"].write(alone))["compared"] is None


def test_a_sound_model_concludes_so_and_one_without_norms_too() -> None:
    sound = model(norm("sound"))
    assert headline(report_of("net.npz", sound, ())).startswith("Nothing is wrong with the 1 norm layer")
    assert headline(report_of("net.npz", model(), ())) == "net.npz has no norm layer that this reader knows."


def test_a_channel_that_gives_no_scale_is_not_finite_and_takes_no_other_with_it() -> None:
    scales = scales_of(SICK.norms[2])
    assert scales is not None
    assert np.flatnonzero(~np.isfinite(scales.scale)).tolist() == [4]
    sound = SICK.norms[0]
    x = np.full(8, 0.3)
    expected = (x - sound.mean) / np.sqrt(sound.variance + sound.eps) * sound.gamma + sound.beta
    np.testing.assert_allclose(scales_of(sound).of(x[None])[0], expected, rtol=1e-12)
    assert scales_of(Norm("ln", "layer", gamma=np.ones(3))) is None


def test_a_name_says_nothing_to_a_terminal() -> None:
    loud = model(norm("bn\x1b[2J\nsound"))
    told = FORMS["text"].write(report_of("net\x07.npz", loud, examine(loud)))
    assert all(letter.isprintable() or letter == "\n" for letter in told)
    assert "bn\N{REPLACEMENT CHARACTER}[2J" in told
