"""Work that ends with the client that asked for it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
from starlette.types import Receive

Answer = TypeVar("Answer")

LEFT = 499  # "client closed request", as nginx has it: for the log


class ClientLeft(Exception):
    """The client went away before the work was done; whoever asks for work lets it pass, and it is answered as LEFT."""


async def while_waited_for(receive: Receive, compute: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `compute` brings; it is cancelled, and ClientLeft raised, when the client goes away before."""
    answers: list[Answer] = []
    raised: list[Exception] = []
    async with anyio.create_task_group() as group:
        group.start_soon(end_with_client, receive, group.cancel_scope)
        try:
            answers.append(await compute())
        except Exception as error:  # raised below, as itself and not in a group
            raised.append(error)
        group.cancel_scope.cancel()
    if raised:
        raise raised[0]
    if not answers:
        raise ClientLeft
    return answers[0]


async def end_with_client(receive: Receive, scope: anyio.CancelScope) -> None:
    """Cancel the scope when the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
