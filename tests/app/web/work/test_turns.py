"""Turns: so many at a time, round the clients, one a round of the event loop; no more wait than there is room for."""

import asyncio

import pytest

from app.errors import Busy
from app.web.work.client import Client
from app.web.work.turns import Rank, Turns
from tests.each import each


async def work(turns, client, done, name, rank=Rank.OTHER):
    async with turns.turn(client, rank):
        done.append(name)


def order_of(asked, turns=None):
    """The order in which (client, name, rank) come to their turn, all of them asked for while one is taken."""
    done = []

    async def run():
        deal = turns or Turns(1, 100, 100)
        async with deal.turn(Client("nobody")):
            tasks = [asyncio.create_task(work(deal, client, done, name, rank)) for client, name, rank in asked]
            while deal.waiting + sum(task.done() for task in tasks) < len(asked):
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)
        assert (deal.waiting, deal.taken) == (0, 0)

    asyncio.run(run())
    return done


def test_addresses_take_turns_and_behind_one_address_its_pages_do():
    crowd = [(Client("crowd", f"tab{n}"), f"crowd{n}", Rank.OTHER) for n in range(3)]
    many = [(Client("many"), f"many{n}", Rank.OTHER) for n in range(3)]
    assert order_of([*many, *crowd]) == ["many0", "crowd0", "many1", "crowd1", "many2", "crowd2"]


def test_of_one_page_the_latest_comes_first():
    assert order_of([(Client("one", "tab"), n, Rank.OTHER) for n in range(3)]) == [2, 1, 0]


def test_a_page_waits_for_one_other_turn_at_most():
    asked = [(Client("one", f"other{n}"), f"other{n}", Rank.OTHER) for n in range(3)]
    pages = [(Client("one", f"page{n}"), f"page{n}", Rank.PAGE) for n in range(2)]
    assert order_of([*asked, *pages]) == ["page0", "other0", "page1", "other1", "other2"]


def test_of_a_class_that_moves_the_stages_come_four_times_as_often_as_the_rest_and_pages_between():
    ranks = [*[Rank.OTHER] * 3, *[Rank.MOVE] * 10, *[Rank.PAGE] * 3]
    asked = [(Client("one", f"tab{n}"), rank.name, rank) for n, rank in enumerate(ranks)]
    assert order_of(asked) == [
        *["PAGE", "MOVE"] * 3, "MOVE", "OTHER", *["MOVE"] * 4, "OTHER", *["MOVE"] * 2, "OTHER",
    ]  # fmt: skip


def test_between_two_turns_the_event_loop_does_whatever_else_is_ready():
    """A hundred pieces of work are ready at once; a newcomer is called after one more of them, not after all."""
    done = []

    async def run():
        turns = Turns(1, 1000, 1000)
        tasks = [asyncio.create_task(work(turns, Client("one", str(n)), done, n)) for n in range(100)]
        while not done:
            await asyncio.sleep(0)
        seen = len(done)
        asyncio.get_running_loop().call_soon(lambda: done.append("newcomer"))
        await asyncio.gather(*tasks)
        assert done.index("newcomer") <= seen + 1

    asyncio.run(run())


def test_so_many_at_a_time():
    running, most = [], []

    async def one(turns, n):
        async with turns.turn(Client("one", str(n))):
            running.append(n)
            most.append(len(running))
            await asyncio.sleep(0)
            running.remove(n)

    async def run():
        turns = Turns(3, 100, 100)
        await asyncio.gather(*(one(turns, n) for n in range(20)))

    asyncio.run(run())
    assert max(most) == 3
    assert len(most) == 20


@each(("most", "of_one", "addresses", "tab", "said"), [
    (2, 9, "abc", "tab", "2 others wait"), (9, 2, "aaa", "tab", "2 requests of your page"),
    (5, 9, "aaa", "", "Half of those that wait"),
])  # fmt: skip
def test_what_finds_no_room_is_told_to_come_later(most, of_one, addresses, tab, said):
    with pytest.raises(Busy, match=said) as refused:
        order_of([(Client(address, tab), n, Rank.OTHER) for n, address in enumerate(addresses)], Turns(1, most, of_one))
    assert refused.value.retry_after


def test_a_class_behind_one_address_opens_its_pages_at_once():
    """Pages are asked for before they have a name."""
    assert order_of([(Client("school"), n, Rank.PAGE) for n in range(200)], Turns(1, 1000, 8)) == list(range(200))


@pytest.mark.parametrize("with_its_turn", [False, True])
def test_who_leaves_takes_no_turn_along(with_its_turn):
    """Cancelled while it waits, or in the moment in which its turn has come."""
    done = []

    async def run():
        turns = Turns(1, 100, 100)
        async with turns.turn(Client("nobody")):
            leaving = asyncio.create_task(work(turns, Client("leaving"), done, "left"))
            staying = asyncio.create_task(work(turns, Client("staying"), done, "stayed"))
            while turns.waiting < 2:
                await asyncio.sleep(0)
            if not with_its_turn:
                leaving.cancel()
        if with_its_turn:
            asyncio.get_running_loop().call_soon(leaving.cancel)
        await asyncio.wait_for(staying, 30)
        await asyncio.gather(leaving, return_exceptions=True)
        await asyncio.sleep(0)
        assert (turns.waiting, turns.taken) == (0, 0)

    asyncio.run(run())
    assert done == ["stayed"]
