"""Time as connections are held to it passes in ticks, however long one takes."""

import asyncio

from app.web.serving.clock import Clock, Pace


class Watched:
    def __init__(self):
        self.checks = 0

    def check(self):
        self.checks += 1


def test_a_tick_is_a_quarter_of_the_shortest_time_out_and_a_second_at_most():
    assert Clock([], 0.2).every == 0.05
    assert Clock([], 60).every == 1


def test_each_tick_checks_every_connection():
    watched = [Watched(), Watched()]
    clock = Clock(watched, 60)
    clock.tick()
    clock.tick()
    assert [one.checks for one in watched] == [2, 2]
    assert clock.now == 2


def test_an_event_loop_that_is_held_up_for_long_lets_one_tick_pass():
    """The loop's own clock jumps by an hour, as if one computation had taken that."""

    async def scenario(loop):
        clock = Clock([], 60)
        ticking = asyncio.create_task(clock.run())
        await asyncio.sleep(0)
        loop.jumped = 3600.0
        while clock.now == 0:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        ticking.cancel()
        assert clock.now == 1

    class Jumping(asyncio.SelectorEventLoop):
        jumped = 0.0

        def time(self):
            return super().time() + self.jumped

    loop = Jumping()
    loop.run_until_complete(scenario(loop))
    loop.close()


def test_a_pace_is_too_slow_at_the_end_of_a_window_that_brought_too_little():
    clock = Clock([], 60)
    pace = Pace(clock, 2)
    pace.add(9)
    clock.tick()
    assert not pace.is_below(10)
    clock.tick()
    assert pace.is_below(10)
    pace.add(10)
    clock.tick()
    clock.tick()
    assert not pace.is_below(10)
