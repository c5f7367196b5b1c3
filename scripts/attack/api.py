"""What the API's description allows, and much that it does not, by schemathesis from `/api/v1/openapi.json`.

Printed are the cases by status, the failures of its checks, and what is valid by the description, yet refused: rules
that JSON Schema cannot say, or that nobody has said yet. Bad is a 5xx, a wrong `Allow`, or an answer that the
description does not tell of.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.attack.server import served

TOOL = "schemathesis==4.32.5"  # in an environment of its own: it shares no dependency with the tests
NUMBER = re.compile(r"“[^”]*”|\([^)]*\) but|'[^']*'|-?\d[\d,.]*(?:e[+-]?\d+)?")
DATA_ALONE = {"positive_data_acceptance", "negative_data_rejection"}
"""What these checks find is told and no failure: a refusal of valid data may rest on a rule between two values."""


@dataclass
class Outcome:
    """What a run has seen."""

    statuses: Counter[int] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def is_bad(self) -> bool:
        return bool(self.failures) or any(status >= 500 for status in self.statuses)


def run(seed: int, seconds: int, examples: int) -> bool:
    """Ask a server of its own for so long, print what came of it, and say whether that was well."""
    with served(post_rate=0, post_bytes=0) as server:
        report = server.folder / "events.ndjson"
        attack(server.origin, report, examples, seconds, seed)
        outcome = read(report)
    tell(outcome)
    return not outcome.is_bad


def attack(origin: str, report: Path, examples: int, seconds: int, seed: int) -> None:
    """Have the tool write what it does as a line of JSON an event."""
    command = [sys.executable, "-m", "uv", "tool", "run", "--from", TOOL, "schemathesis", "run"]
    command += [f"{origin}/api/v1/openapi.json", "--seed", str(seed), "--max-examples", str(examples)]
    command += ["--continue-on-failure", "--no-shrink", "--request-timeout", "60", "--warnings", "off"]
    command += ["--report", "ndjson", "--report-ndjson-path", str(report), "--no-color"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=report.parent, env=os.environ) as running:
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"Stopped after {seconds} s.", file=sys.stderr)
            running.terminate()


def read(report: Path) -> Outcome:
    """What the events tell."""
    outcome = Outcome()
    for recorder in _recorders(report):
        for name, case in recorder.get("cases", {}).items():
            interaction = recorder["interactions"].get(name)
            if interaction and interaction.get("response"):
                _note(outcome, recorder["label"], case["value"], interaction["response"])
        for checks in recorder.get("checks", {}).values():
            for check in checks:
                if check["status"] == "failure" and check["name"] not in DATA_ALONE:
                    told = check["failure_info"]["failure"]
                    outcome.failures[told.get("operation", ""), told["title"], first_line(told["message"])] += 1
    return outcome


def _recorders(report: Path) -> Iterator[dict[str, Any]]:
    with report.open() as lines:
        for line in lines:
            event = json.loads(line) if line.endswith("\n") else {}
            if "ScenarioFinished" in event:
                yield event["ScenarioFinished"]["recorder"]


def _note(outcome: Outcome, label: str, case: dict[str, Any], response: dict[str, Any]) -> None:
    status, mode = response["status_code"], case.get("meta", {}).get("generation", {}).get("mode")
    outcome.statuses[status] += 1
    if mode == "positive" and 400 <= status < 500:
        outcome.refused[label, kind_of(response)] += 1
    if mode == "negative" and status < 300 and case["method"] != "OPTIONS":
        data = case["meta"].get("phase", {}).get("data") or {}
        outcome.accepted[label, (data.get("description") or "several things at once").rpartition(": ")[2]] += 1


def kind_of(response: dict[str, Any]) -> str:
    """The refusal without what was given, so that a rule is one kind.

    >>> kind_of({"content": None})
    ''
    """
    content = (response.get("content") or {}).get("$base64", "")
    try:
        detail = json.loads(base64.b64decode(content))["detail"]
    except (ValueError, KeyError):
        return ""
    return NUMBER.sub("…", detail)[:150]


def first_line(text: str) -> str:
    return text.replace("\n", "; ")[:150]


def tell(outcome: Outcome) -> None:
    """Print the outcome."""
    print(f"{sum(outcome.statuses.values()):,} cases, by status:")
    for status, count in sorted(outcome.statuses.items()):
        print(f"  {status}  {count:,}")
    print(f"\n{len(outcome.refused)} kinds of refusals that are valid by the description:")
    for (label, kind), count in sorted(outcome.refused.items()):
        print(f"  {count:5,}  {label}: {kind}")
    print("\nNot valid by the description, yet answered:")
    for (label, what), count in sorted(outcome.accepted.items()):
        print(f"  {count:5,}  {label}: {what}")
    print(f"\n{len(outcome.failures)} failures:")
    for (label, title, message), count in sorted(outcome.failures.items()):
        print(f"  {count:5,}  {label}: {title}: {message}")
