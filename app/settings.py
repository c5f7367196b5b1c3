"""Every setting of the server: name, default, help. Each is read from the environment as `BNSCOPE_<NAME>`."""

import os
import re
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import fsspec
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BNSCOPE_"
BEYOND = ("backend",)  # read by `bncore` itself, when it is imported
KIBIBYTE = 1024
MEBIBYTE = 1024**2
UPLOADS_SHARE = 0.4  # of a disk: uploads take so much, and what is derived from them again
MODELS_SHARE = 0.1  # of a disk, likewise for models
SHORTEST = 8  # characters of a password
SCHEDULER = re.compile(r"(?:tcp|tls)://[^\s/]+:[0-9]{1,5}")
ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    uploads_dir: Path = Field(Path("var/uploads"), description="Folder that keeps uploaded batches; workers share it.")
    cache_dir: Path = Field(Path("var/cache"), description="Folder of files derived from uploads; safe to empty.")
    upload_limit: int = Field(
        1000**3, ge=1, description="Largest upload in bytes, also the largest size in bytes that it may unpack to."
    )
    upload_quota: int = Field(
        10 * 1000**3,
        ge=1,
        description="Bytes that uploads may take, and again what is derived from them; oldest unused go first. "
        "Where it is not set, two fifths of the disk of the uploads at most.",
    )
    upload_days: float = Field(30, gt=0, description="Days after its last use at which an upload expires.")
    upload_columns: int = Field(
        5000, ge=1, description="Columns that an uploaded table may have; an array may have more features."
    )
    upload_count: int = Field(2000, ge=1, description="Uploads that are kept, however small; oldest unused go first.")
    upload_share: float = Field(
        0.25,
        gt=0,
        le=1,
        description="Part of the quota and of the count that one client's uploads may take; its own oldest go first.",
    )
    model_limit: int = Field(
        2 * 1000**3,
        ge=1,
        description="Largest model, or capture, in bytes that the doctor takes; it is read in pieces.",
    )
    model_quota: int = Field(
        10 * 1000**3,
        ge=1,
        description="Bytes that uploaded models may take; oldest unused go first. Where it is not set, a tenth of the "
        "disk of the uploads at most.",
    )
    cache_bytes: int = Field(
        64 * MEBIBYTE, ge=0, description="Bytes of finished answers that a worker keeps in memory; 0 keeps none."
    )
    view_numbers: int = Field(
        20_000_000,
        ge=1,
        description="Numbers that a view's batch may have; a view takes about a hundred bytes for each.",
    )
    inline_work: int = Field(
        16_000,
        ge=0,
        description="Batches of up to this many numbers are computed in the event loop, larger ones in a thread.",
    )
    batch_size_work: int = Field(
        400_000_000,
        ge=1,
        description="Numbers that the batch size view may draw: draws × the largest batch × features, about.",
    )
    network_numbers: int = Field(
        60_000_000,
        ge=1,
        description="Numbers at all joints of a pass of the network view, which keeps up to eight times as many.",
    )
    network_work: int = Field(
        10_000_000_000,
        ge=1,
        description="Multiply-adds that a forward pass of the network view may take; 10 billion is 50 × 512 × 512.",
    )
    processes: Annotated[int, Field(ge=0)] | Literal["auto"] = Field(
        "auto",
        description="Processes of each worker for heavy work (as many again for what is long); `auto` is the cores "
        "divided among the workers; 0 uses threads of the worker itself.",
    )
    workers: int = Field(
        1, ge=1, description="Workers that share this machine; `python -m app --workers` sets it, nobody else need."
    )
    memory: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto",
        description="Bytes of memory that the heavy work of all workers may take together; `auto` is half of what the "
        "machine, or the container, has.",
    )
    body_numbers: int = Field(
        5_000_000, ge=1, description="Numbers and lists that the JSON of a request may be built of."
    )
    results_bytes: int = Field(
        1000**3,
        ge=0,
        description="Bytes of results of heavy work that the cache folder keeps for all workers; 0 keeps none.",
    )
    waiting: int = Field(
        1000,
        ge=1,
        description="Requests of each worker that may wait for their turn; what comes then is told to come later.",
    )
    waiting_of_one: int = Field(
        8, ge=1, description="Requests of one page that may wait for their turn; of an address half of all may."
    )

    # Runs, which are streamed step by step.
    scheduler: str = Field(
        "",
        description="Address of a Dask scheduler whose cluster computes the runs, such as tcp://scheduler:8786; empty "
        "takes processes of this machine.",
    )
    run_streams: int = Field(
        500, ge=1, description="Runs that a worker streams at a time; what comes above that is a 503 with Retry-After."
    )
    run_streams_of_one: int = Field(
        250, ge=1, description="Runs that a worker streams to one address at a time, which may be a class; then a 429."
    )
    run_events: float = Field(20, gt=0, description="Events a second of a stream, at most.")
    run_burst: int = Field(
        400, ge=0, description="Events of a stream that need not wait for that, such as those of a run that is kept."
    )
    run_send_seconds: float = Field(
        10, gt=0, description="Seconds in which a stream's reader takes nothing, until it is cut off."
    )

    training_steps: int = Field(20_000, ge=1, description="Steps that a variant of the training view may have.")
    training_width: int = Field(1024, ge=1, description="Units, or channels, that each of its blocks may have.")
    training_depth: int = Field(128, ge=1, le=128, description="Blocks that its network may have.")
    training_work: float = Field(
        5e12, gt=0, description="Multiply-adds that it may take, in all its steps; a core does about 2e10 a second."
    )
    training_numbers: int = Field(
        2_000_000, ge=1, description="Numbers of the examples that it trains on: examples × features."
    )
    training_records: int = Field(
        60_000,
        ge=1,
        description="Records × blocks, of all variants, that one document or file of a training may hold; a record of "
        "a block is about 600 bytes. A stream has no such limit.",
    )

    log: Literal["text", "json"] = Field("text", description="Lines of the log for people, or as JSON for programs.")
    cors_origins: str = Field(
        "",
        description="Origins whose pages may ask the REST API, commas between, such as https://course.example; or *.",
    )
    frame_ancestors: str = Field(
        "", description="Origins whose pages may show a page of this server in a frame, commas between."
    )

    password: SecretStr = Field(
        SecretStr(""), description="A password that a class shares, of at least 8 characters; empty asks for none."
    )
    post_rate: float = Field(
        100, ge=0, description="POST requests a second of one address, for 10 s of them at once; 0 is no limit."
    )
    post_bytes: float = Field(
        100_000_000, ge=0, description="Bytes a second that one address may send, likewise; 0 is no limit."
    )

    # How the server serves: connections and their end.
    header_bytes: int = Field(
        256 * KIBIBYTE, ge=1024, description="Bytes that an address and its header may have; a longer one is a 431."
    )
    header_seconds: float = Field(20, gt=0, description="Seconds in which a header must be complete; then it is a 408.")
    body_seconds: float = Field(
        20,
        gt=0,
        description="Seconds without bytes of a body, or with fewer than the slowest rate, after which it is a 408.",
    )
    answer_seconds: float = Field(
        30,
        gt=0,
        description="Seconds in which a reader takes nothing, or less than the slowest rate, until it is cut off.",
    )
    slowest: float = Field(
        200, gt=0, description="Bytes a second, the slowest rate at which a body is sent or a long answer is read."
    )
    idle_seconds: float = Field(75, gt=0, description="Seconds that a connection may stay open between two requests.")
    connections: int = Field(
        4000, ge=1, description="Connections that a worker takes; what comes above that is a 503 with Retry-After."
    )
    client_connections: int = Field(
        1500,
        ge=1,
        description="Connections of one address with a worker: a class behind one address has six for each student.",
    )
    drain_seconds: float = Field(
        7, ge=0, description="Seconds that answers in flight get when the server is stopped; then they become a 503."
    )
    drain_delay: float = Field(
        0, ge=0, description="Seconds for which a stopped server still takes connections while /readyz says 503."
    )
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        description="Proxies whose X-Forwarded-For and -Proto are believed: addresses and networks, or *, with commas.",
    )

    # Several machines.
    store: str = Field(
        "",
        description="A store that machines share, as a URL for fsspec: file:///path, s3://bucket/path …; "
        "empty keeps all on this machine.",
    )

    datasets: str = Field(
        "",
        description="Folder, or URL for fsspec, of arrays larger than memory that the pages offer (.npy, .npz, "
        ".safetensors, .parquet); empty offers none.",
    )

    @field_validator("store", "datasets")
    @classmethod
    def _is_known(cls, url: str, info: ValidationInfo) -> str:
        if url and (info.field_name == "store" or "://" in url):
            protocol, _, rest = url.partition("://")
            if not rest:
                raise ValueError(f"{url!r} is no URL; give one such as file:///srv/bnscope or s3://bucket/bnscope")
            try:
                fsspec.get_filesystem_class(protocol)
            except (ImportError, ValueError) as error:
                raise ValueError(f"fsspec does not open {protocol}:// here: {error}") from None
        return url

    @field_validator("scheduler")
    @classmethod
    def _is_scheduler(cls, address: str) -> str:
        if address and not SCHEDULER.fullmatch(address):
            raise ValueError(f"{address!r} is no scheduler; give one such as tcp://scheduler:8786")
        if address and find_spec("distributed") is None:
            raise ValueError("a cluster needs what requirements-cluster.lock names, and distributed is not here")
        return address

    @field_validator("password")
    @classmethod
    def _is_long(cls, password: SecretStr) -> SecretStr:
        if 0 < len(password.get_secret_value()) < SHORTEST:
            raise ValueError(f"a password has at least {SHORTEST} characters")
        return password

    @field_validator("cors_origins", "frame_ancestors")
    @classmethod
    def _are_origins(cls, text: str, info: ValidationInfo) -> str:
        named = [part.strip().lower().removesuffix("/") for part in text.split(",") if part.strip()]
        wrong = [part for part in named if not ORIGIN.fullmatch(part)]
        if wrong and not (info.field_name == "cors_origins" and named == ["*"]):
            raise ValueError(f"{wrong[0]!r} is no origin; give scheme, host and port alone, as https://course.example")
        return ",".join(named)

    def within(self, disk: int) -> "Settings":
        """With quotas for uploads and models that a disk of so many bytes has room for, unless they were set."""
        shares = {"upload_quota": UPLOADS_SHARE, "model_quota": MODELS_SHARE}
        most = {
            name: min(getattr(self, name), max(1, int(share * disk)))
            for name, share in shares.items()
            if name not in self.model_fields_set
        }
        return self.model_copy(update=most) if most else self


def from_environment() -> Settings:
    """The settings of a server that is started. Leaves with a line for each that is wrong, or misspelled."""
    if misspelled := [line for name in sorted(os.environ) if (line := _misspelled(name))]:
        raise SystemExit("\n".join(misspelled))
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit("\n".join(_told(row["loc"], row["msg"]) for row in error.errors())) from None


def _misspelled(name: str) -> str:
    """What is told of a name that nearly is a setting's; "" of others, as Kubernetes makes some for each service.

    >>> _misspelled("BNSCOPE_PASWORD"), _misspelled("BNSCOPE_SERVICE_HOST"), _misspelled("BNSCOPE_PASSWORD")
    ('BNSCOPE_PASWORD: there is no such setting; did you mean BNSCOPE_PASSWORD?', '', '')
    """
    field = name.removeprefix(PREFIX).lower()
    known = (*Settings.model_fields, *BEYOND)
    if not name.startswith(PREFIX) or field in known:
        return ""
    close = get_close_matches(field, known, n=1, cutoff=0.8)
    return f"{name}: there is no such setting; did you mean {PREFIX}{close[0].upper()}?" if close else ""


def _told(place: tuple[int | str, ...], message: str) -> str:
    name = f"BNSCOPE_{place[0]}".upper() if place else "The settings"
    return f"{name}: {message.removeprefix('Value error, ')}."
