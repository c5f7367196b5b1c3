"""`bnscope doctor FILE`: the table that the page shows, and an exit status for a build.

0: no error was found; 1: at least one was; 2: the file cannot be read, or the command is wrong.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.errors import UserError
from app.models import read_model
from app.models.captured import is_captured, watched_model
from bncore.doctor import Model, Stored, capture_of
from bncore.doctor.findings import Finding, examine, examine_capture, worst_first
from bncore.doctor.report import FORMS, Report, report_of
from bncore.errors import BadCapture, BatchNormError

SOUND, SICK, WRONG = 0, 1, 2
FORMATS = "safetensors, a PyTorch state_dict (.pt, .pth), ONNX, Keras (.h5, .keras), NPZ of a state_dict, or a capture"

MISSING = (
    "Reading this file takes the package {name}, which is not installed. `pip install '.[doctor]'` in bnscope's folder "
    "installs what all formats are read by."
)
BROKEN = "A package that this file is read by is installed, but cannot be loaded{name}: {why}."

PAIRED = (
    "Which layer stands in front of a norm is known from the graph of ONNX and Keras files and from names alone of the "
    "others, where a ReLU may stand between the two: look at the network's code before you fold by it."
)


def main(words: Sequence[str] | None = None) -> int:
    """The console script `bnscope`, whose one command is `doctor`."""
    parser = argparse.ArgumentParser("bnscope", description="Batch normalization, seen.")
    parser.add_subparsers(required=True).add_parser(
        "doctor", help="what is wrong with a model's norm layers", parents=[_parser("bnscope doctor", add_help=False)]
    )
    return _run(parser.parse_args(words))


def doctor(words: Sequence[str]) -> int:
    """The same without the word `doctor`, as a module of a checkout."""
    return _run(_parser("python -m app.doctor").parse_args(words))


def _parser(name: str, add_help: bool = True) -> argparse.ArgumentParser:
    told = "Reads a model's file and tells what is wrong with its norm layers, worst first; ends with 1 on errors."
    parser = argparse.ArgumentParser(name, description=told, epilog=PAIRED, add_help=add_help)
    parser.add_argument("file", type=Path, help=FORMATS)
    parser.add_argument("--other", type=Path, help="another checkpoint, to be compared with norm by norm")
    parser.add_argument("--capture", type=Path, help="a capture of training steps, from bnscope_capture.py")
    parser.add_argument("--format", choices=sorted(FORMS), default="text", help="what is printed (text)")
    return parser


def _run(asked: argparse.Namespace) -> int:
    try:
        report = _report(asked.file, asked.other, asked.capture)
    except (UserError, BatchNormError) as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"{error.filename or asked.file}: {error.strerror}")
    except ImportError as error:
        return _wrong(_unloaded(error))
    sys.stdout.write(FORMS[asked.format].write(report))
    return SICK if report.has_errors else SOUND


def _report(file: Path, other: Path | None, captured: Path | None) -> Report:
    beside = None if other is None else (other.name, read_model(other))
    if is_captured(file):
        return _of_capture_alone(file, captured, beside)
    model = read_model(file)
    return report_of(file.name, model, worst_first((*examine(model), *_of_capture(model, captured))), beside)


def _of_capture_alone(file: Path, captured: Path | None, beside: tuple[str, Model] | None) -> Report:
    if captured is not None:
        raise BadCapture(f"{file} is a capture itself; leave out --capture, or give the model.", parameter="file")
    with Stored(file) as arrays:
        capture = capture_of(arrays)
        return report_of(file.name, watched_model(capture), examine_capture(None, capture), beside)


def _of_capture(model: Model, captured: Path | None) -> tuple[Finding, ...]:
    if captured is None:
        return ()
    with Stored(captured) as arrays:
        return examine_capture(model, capture_of(arrays))


def _unloaded(error: ImportError) -> str:
    """A package is missing; or it is there, and a part of it, or what it stands on, is not."""
    if isinstance(error, ModuleNotFoundError) and error.name and "." not in error.name:
        return MISSING.format(name=error.name)
    why = " ".join(str(error).split()).rstrip(".")
    return BROKEN.format(name=f" ({error.name})" if error.name else "", why=why)


def _wrong(why: str) -> int:
    sys.stderr.write(f"bnscope: {why}\n")
    return WRONG
