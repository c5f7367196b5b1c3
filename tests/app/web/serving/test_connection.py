"""How a connection is held to limits while answers go, how many there are, and how it ends with the server."""

import pytest

from tests.app.web.serving.wire import GET, get, post
from tests.each import each


def test_requests_on_one_connection_are_answered_one_after_the_other(server, application):
    peer = server().peer().send(GET, GET[:20], GET[20:])
    assert peer.received.count(b"200 OK") == 2
    assert application.asked == ["/", "/"]
    assert not peer.is_closed


# Answers.


def test_whoever_waits_for_an_answer_is_never_cut_off(server, application):
    house = server(header_seconds=1, body_seconds=1, answer_seconds=1, idle_seconds=1)
    peer = house.peer().send(get("/wait"))
    house.pass_time(600)
    assert not peer.is_closed
    application.go.set()
    house.turn()
    assert peer.status == 200


@pytest.mark.parametrize("taken", [0, 100])
def test_a_reader_that_takes_next_to_nothing_of_a_long_answer_is_cut_off(server, taken):
    house = server(answer_seconds=5, slowest=1000)
    peer = house.peer()
    peer.stalls = True
    peer.send(get("/much"))
    assert len(peer.received) < 200_000  # the rest waits for the reader
    for _ in range(12):
        house.pass_time(1)
        peer.take(taken)
    assert peer.is_aborted


def test_a_reader_that_takes_something_is_waited_for(server):
    house = server(answer_seconds=5, slowest=1000)
    peer = house.peer()
    peer.stalls = True
    peer.send(get("/much"))
    for _ in range(60):
        house.pass_time(1)
        peer.take(1_500)
    assert not peer.is_closed
    while peer.unsent:
        peer.take(peer.unsent)
        house.turn()
    assert peer.received.endswith(b"0\r\n\r\n")


def test_a_reader_that_stalls_on_the_rest_of_an_answer_is_cut_off(server):
    house = server(answer_seconds=5, idle_seconds=600)
    peer = house.peer()
    peer.stalls = True
    peer.send(GET)
    assert 0 < peer.unsent < 1_000
    house.pass_time(12)
    assert peer.is_aborted


def test_an_idle_connection_is_closed_and_not_before(server):
    house = server(idle_seconds=60)
    peer = house.peer().send(GET)
    assert peer.connection.timeout_keep_alive_task is None  # uvicorn's timer runs on while the event loop is held up
    house.pass_time(59)
    assert not peer.is_closed
    peer.send(GET)
    house.pass_time(59)
    assert not peer.is_closed
    house.pass_time(2)
    assert peer.is_closed
    assert peer.received.count(b"200 OK") == 2


# Who is refused.


def test_a_refused_client_may_read_why_while_it_still_sends_and_is_gone_then(server):
    house = server(header_bytes=1_024)
    peer = house.peer().send(get("/", a="a" * 2_000))
    refused = bytes(peer.received)
    assert not peer.is_closed
    peer.send(*[bytes(100_000)] * 10)
    assert peer.received == refused
    house.pass_time(2)
    assert peer.is_aborted


def test_an_address_has_so_many_connections_and_others_have_theirs(server):
    house = server(client_connections=3)
    inside = [house.peer() for _ in range(3)]
    outside = house.peer()
    assert outside.problem["status"] == 503
    assert b"retry-after: 5" in outside.received
    assert outside.is_closed
    assert house.peer("203.0.113.8").send(GET).status == 200
    assert inside[0].send(GET).status == 200


def test_a_household_is_one_address_whichever_of_its_own_it_takes(server):
    house = server(client_connections=2)
    closed = [house.peer(f"2001:db8::{number}").is_closed for number in range(1, 4)]
    assert closed == [False, False, True]
    assert not house.peer("2001:db8:0:1::1").is_closed


def test_there_is_room_again_once_connections_are_gone(server):
    house = server(client_connections=1)
    first, second = house.peer(), house.peer()
    assert second.is_closed
    first.leave()
    second.leave()
    assert house.peer().send(GET).status == 200


def test_there_are_so_many_connections_in_all(server):
    house = server(connections=2)
    assert [house.peer(f"203.0.113.{number}").is_closed for number in range(4)] == [False, False, True, True]


def test_the_log_says_that_connections_are_refused_once_in_a_while(server, caplog):
    house = server(connections=1)
    house.peer()
    for _ in range(20):
        house.peer("203.0.113.8")
    house.pass_time(10)
    house.peer("203.0.113.8")
    assert (
        caplog.messages == ["Connections are refused, one from 203.0.113.8: The server has too many connections."] * 2
    )


@pytest.mark.parametrize(("proxies", "client"), [("203.0.113.0/24", "198.51.100.9"), ("127.0.0.1", "203.0.113.7")])
def test_the_client_behind_a_proxy_is_known_where_the_proxy_is_named(server, application, proxies, client):
    server(forwarded_allow_ips=proxies).peer("203.0.113.7").send(get("/", **{"x-forwarded-for": "198.51.100.9"}))
    assert application.clients == [client]


def test_a_class_behind_one_address_fits(server):
    house = server()
    assert not any(house.peer().is_closed for _ in range(200 * 6))


@pytest.mark.parametrize("how", ["leaves", "is refused", "waits for too long"])
def test_a_client_that_is_gone_is_no_mistake_in_the_log(server, caplog, how):
    house = server(body_seconds=5)
    peer = house.peer().send(get("/wait") if how == "waits for too long" else post("/", 1_000), b"")
    if how == "leaves":
        peer.leave()
    elif how == "is refused":
        house.pass_time(10)
    else:
        peer.connection.give_up()
        house.cancel()
    house.turn()
    assert not house.state.tasks
    assert caplog.records == []


# The end.


def test_an_idle_connection_ends_with_the_server_a_moment_later(server):
    house = server()
    peer = house.peer().send(GET)
    peer.connection.shutdown()
    assert not peer.is_closed  # its next request may be on its way, and would be lost
    house.pass_time(2)
    assert peer.is_closed


def test_an_answer_in_flight_is_finished_before_the_connection_ends(server, application):
    house = server()
    peer = house.peer().send(get("/wait"))
    peer.connection.shutdown()
    assert not peer.is_closed
    application.go.set()
    house.turn()
    assert peer.status == 200
    assert peer.is_closed


@pytest.mark.parametrize("sent", [get("/wait"), post("/", 1_000)], ids=["waiting", "sending"])
def test_an_answer_that_is_not_begun_in_time_becomes_a_refusal(server, application, sent):
    house = server()
    peer = house.peer().send(sent)
    peer.connection.shutdown()
    peer.connection.give_up()
    assert peer.problem["status"] == 503
    assert b"retry-after" in peer.received
    house.turn()
    application.go.set()
    house.turn()
    assert peer.received.count(b"HTTP/1.1") == 1


def test_an_answer_that_is_half_sent_is_broken_off_rather_than_ended_as_if_whole(server):
    peer = server().peer().send(get("/begun"))
    peer.connection.shutdown()
    peer.connection.give_up()
    assert peer.is_aborted
    assert not peer.received.endswith(b"0\r\n\r\n")


@each("before", [b"", GET[:20], GET, GET + GET[:20]])
def test_a_request_that_is_on_its_way_when_the_server_ends_is_answered_as_the_last(server, before):
    peer = server().peer()
    if before:
        peer.send(before)
    peer.connection.shutdown()
    peer.send((GET + GET)[len(before) :] if len(before) >= len(GET) else GET[len(before) :])
    assert peer.status == 200
    assert peer.received.count(b"200 OK") == (2 if len(before) >= len(GET) else 1)
    assert peer.received.count(b"connection: close") == 1
    assert peer.is_closed


def test_a_request_that_does_not_come_is_not_waited_for(server, application):
    house = server()
    silent, slow = house.peer(), house.peer().send(GET[:20])
    silent.connection.shutdown()
    slow.connection.shutdown()
    house.pass_time(2)
    assert silent.is_closed
    assert not silent.received
    assert slow.problem["status"] == 503
    assert application.asked == []


def test_what_is_refused_already_is_not_refused_again_as_the_server_ends(server):
    house = server(body_seconds=5)
    late, waiting = house.peer().send(post("/unread", 1_000), b"a"), house.peer().send(get("/wait"))
    house.pass_time(6)
    assert late.problem["status"] == 408
    for peer in (late, waiting):
        peer.connection.give_up()
    assert late.problem["status"] == 408
    assert waiting.problem["status"] == 503
