"""Heavy work elsewhere: it tells how far it is, ends when it is not wanted, and takes nothing along when it dies."""

import asyncio
import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.testclient import TestClient

from app.errors import InvalidQuery, NoMemory, UserError, as_user_error, problem_of
from app.main import create_app
from app.settings import Settings
from app.web.problems import field_errors, findings
from app.web.work import results
from app.web.work.crew import Hand, HandFailed, Processes, Threads
from app.web.work.hand import CANCEL, Done
from app.web.work.job import Began, Bench, Job, Step, TooLong
from bncore.errors import BadParameter, BatchNormError, NonFiniteInput, ShapeMismatch

MEBIBYTE = 2**20


def subclasses(kind):
    """What a kind of error comes as."""
    return [deeper for child in kind.__subclasses__() for deeper in (child, *subclasses(child))]


def bench():
    return Bench(Settings(), None, {})


def counted(_bench, teller, steps, long):
    teller.began(long)
    for step in range(steps):
        teller.said(step + 1, steps, f"step {step + 1}")
        yield b"%d," % step


def refused(_bench, _teller):
    raise InvalidQuery("It is too much.", field="width", given=512, allowed="less")
    yield


REFUSALS = [
    *(kind("It is wrong.", field="x", given=1, allowed="less") for kind in subclasses(UserError)),
    ShapeMismatch("x is (2,); give (3,).", parameter="x"), NonFiniteInput("x is NaN.", parameter="x", index=(0,)),
    BadParameter("eps is -1; give 0.", parameter="eps"),
]  # fmt: skip


def refusing(_bench, _teller, at):
    raise REFUSALS[at]
    yield


class Sent(BaseModel):
    gamma: list[float]


def invalid(_bench, _teller, given):
    try:
        Sent.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(findings(error, Sent)) from error
    yield


def mistaken(_bench, _teller):
    yield b"some" + {}["nothing"]


def greedy(_bench, _teller, size):
    yield bytes(len(bytearray(size)) // size)


def deadly(_bench, teller, once):
    """Dies, `once` given only if nobody has died at that path before."""
    if once is None or not once.exists():
        if once is not None:
            once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    teller.began(False)
    yield b"alive"


def endless(_bench, teller, attentive):
    teller.began(False)
    while True:
        if attentive:
            teller.said(0, 1, "still at it")
    yield


def long(_bench, teller):
    teller.began(True)
    yield b"long"


@pytest.fixture(scope="module", params=["processes", "threads"])
def crew(request):
    made = Processes(2, bench, 256 * MEBIBYTE) if request.param == "processes" else Threads(2, bench)
    yield made
    made.close()


@pytest.fixture(scope="module")
def processes():
    made = Processes(2, bench, 256 * MEBIBYTE)
    yield made
    made.close()


def do(crew, path, call, *given, may_be_long=True, tell=lambda _message: None):
    path.touch()
    asyncio.run(crew.do(Job(call, given, path, squeezed=False, may_be_long=may_be_long), tell))
    return results.opened(path).plain()


@pytest.mark.parametrize(("long", "least", "most"), [(True, 50, 102), (False, 5, 12)])
def test_a_job_is_done_and_tells_a_hundred_steps_at_most_and_ten_where_it_is_short(crew, tmp_path, long, least, most):
    told = []
    assert do(crew, tmp_path / "r", counted, 300, long, tell=told.append) == b"".join(b"%d," % n for n in range(300))
    assert told[0] == Began(long)
    assert told[-1] == Step(300, 300, "step 300")
    assert least < len(told) <= most


def test_a_refusal_arrives_as_itself(crew, tmp_path):
    with pytest.raises(InvalidQuery, match="too much") as error:
        do(crew, tmp_path / "r", refused)
    assert (error.value.field, error.value.given, error.value.allowed) == ("width", 512, "less")


@pytest.mark.parametrize("at", range(len(REFUSALS)), ids=[type(refusal).__name__ for refusal in REFUSALS])
def test_every_refusal_is_one_for_who_asked(processes, tmp_path, at):
    refusal = REFUSALS[at]
    expected = as_user_error(refusal) if isinstance(refusal, BatchNormError) else refusal
    with pytest.raises(type(expected)) as arrived:
        do(processes, tmp_path / "r", refusing, at)
    assert problem_of(arrived.value) == problem_of(expected)


def test_what_a_body_is_refused_for_arrives_without_its_numbers(processes, tmp_path):
    with pytest.raises(RequestValidationError) as arrived:
        do(processes, tmp_path / "r", invalid, {"gamma": ["x" * 10**6]})
    rows = field_errors(list(arrived.value.errors()))
    assert [row["field"] for row in rows] == ["gamma"]
    assert len(str(rows)) < 1000


def test_a_mistake_of_ours_arrives_with_its_traceback(processes, tmp_path):
    with pytest.raises(HandFailed, match=r"(?s)in mistaken.*KeyError: 'nothing'"):
        do(processes, tmp_path / "r", mistaken)


def test_what_is_long_is_sent_back_where_its_turn_is_not_for_that(crew, tmp_path):
    with pytest.raises(TooLong):
        do(crew, tmp_path / "r", long, may_be_long=False)
    assert do(crew, tmp_path / "r", long) == b"long"


def test_a_job_that_wants_more_memory_than_there_is_is_refused_and_the_next_is_done(processes, tmp_path):
    with pytest.raises(NoMemory):
        do(processes, tmp_path / "r", greedy, 1024 * MEBIBYTE)
    assert do(processes, tmp_path / "r", greedy, 8 * MEBIBYTE) == b"\0"


def test_a_job_whose_process_dies_is_done_by_another(processes, tmp_path):
    assert do(processes, tmp_path / "r", deadly, tmp_path / "once") == b"alive"


def test_a_job_that_kills_every_process_is_given_up(processes, tmp_path):
    with pytest.raises(NoMemory, match="died twice"):
        do(processes, tmp_path / "r", deadly, None)
    assert do(processes, tmp_path / "r", counted, 1, False) == b"0,"


@pytest.mark.parametrize("attentive", [True, False])
def test_what_nobody_wants_any_more_ends(processes, tmp_path, attentive):
    """By itself where it tells of its steps; killed where it does not."""

    async def cancelled_once_begun():
        begun = asyncio.Event()
        (tmp_path / "r").touch()
        job = Job(endless, (attentive,), tmp_path / "r", squeezed=False, may_be_long=True)
        work = asyncio.create_task(processes.do(job, lambda _message: begun.set()))
        await begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancelled_once_begun())
    assert do(processes, tmp_path / "next", counted, 1, False) == b"0,"


def test_what_nobody_wants_is_told_behind_the_whole_job_however_slowly_that_is_read(tmp_path):
    """Between the bytes of a job it would be taken for some of them, and the rest of the job for the next one."""
    ours, theirs = multiprocessing.Pipe()
    job = Job(counted, (bytes(8 * MEBIBYTE), False), tmp_path / "r", squeezed=False, may_be_long=True)
    hand = Hand(multiprocessing.current_process(), ours)
    with ours, theirs, ThreadPoolExecutor(2) as pool:
        talking = pool.submit(hand.talk, job, lambda _message: None)
        assert theirs.poll(30)  # some of it has come, and the rest waits for a reader
        stopping = pool.submit(hand.stop)
        told = [theirs.recv() for _ in range(2)]
        theirs.send(Done())
        assert talking.result() == Done()
        stopping.result()
    assert told[0].given == job.given
    assert told[1] == CANCEL


def test_who_leaves_while_a_process_starts_leaves_that_to_the_next(tmp_path):
    made, before = Processes(1, bench), set(multiprocessing.active_children())
    (tmp_path / "r").touch()

    async def cancelled_at_once():
        job = Job(counted, (1, False), tmp_path / "r", squeezed=False, may_be_long=True)
        work = asyncio.create_task(made.do(job, lambda _message: None))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        while not made._idle:
            await asyncio.sleep(0)
        return set(multiprocessing.active_children()) - before

    started = asyncio.run(cancelled_at_once())
    assert do(made, tmp_path / "next", counted, 1, False) == b"0,"
    assert set(multiprocessing.active_children()) - before == started
    made.close()


def test_a_view_computed_by_another_process_has_the_same_bytes(settings, tmp_path):
    url = "/api/v1/network?depth=3&width=8&batch_size=32"
    apart = create_app(settings.model_copy(update={"processes": 1, "cache_dir": tmp_path / "another"}))
    assert TestClient(apart).get(url).content == TestClient(create_app(settings)).get(url).content
    apart.state.work.crew.close()
