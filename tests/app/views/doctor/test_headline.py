"""What a report concludes is short, and holds of what stands below it."""

from bncore.doctor import Model, Norm
from bncore.doctor.findings import Finding
from bncore.doctor.report import headline, report_of
from tests.app.sentences.brevity import is_brief
from tests.each import each

NORMS = tuple(Norm(name, "batch") for name in ("stem.bn", "layer1.0.bn1", "layer1.0.bn2"))


def finding(norm: str, severity: str) -> Finding:
    return Finding(norm, "not_finite", severity, (), {}, f"{norm} has it.")


@each(
    ("told", "said"),
    [
        ([], "Nothing is wrong with the 3 norm layers"),
        ([("stem.bn", "note")], "Nothing is wrong with the 3 norm layers"),
        ([("stem.bn", "warning")], "No error; 1 of 3 norm layers has a warning: begin with stem.bn."),
        (
            [("stem.bn", "warning"), ("layer1.0.bn1", "error")],
            "1 of 3 norm layers has an error, 1 more a warning: begin with layer1.0.bn1.",
        ),
        ([("stem.bn", "error"), ("layer1.0.bn1", "error")], "2 of 3 norm layers have an error: begin with stem.bn."),
        ([("", "error")], "No norm layer has an error of its own"),
        ([("", "warning"), ("stem.bn", "note")], "No norm layer has a warning of its own"),
        ([("", "warning"), ("stem.bn", "warning")], "No error; 1 of 3 norm layers has a warning"),
    ],
)
def test_the_headline_counts_what_the_table_has(told, said):
    report = report_of("net.onnx", Model("onnx", NORMS, {}, dict.__getitem__), [finding(*one) for one in told])
    assert headline(report).startswith(said)
    assert is_brief(headline(report))
    assert report.has_errors == any(severity == "error" for _, severity in told)
