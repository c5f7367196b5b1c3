"""What a connection takes from its client: no endless header, no body that does not come, no reader that stalls."""

import pytest

GET = b"GET / HTTP/1.1\r\nHost: bnscope\r\n\r\n"


def get(path, **headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: bnscope\r\n{lines}\r\n".encode()


def post(path, length):
    return f"POST {path} HTTP/1.1\r\nHost: bnscope\r\nContent-Length: {length}\r\n\r\n".encode()


def test_requests_on_one_connection_are_answered_one_after_the_other(server, application):
    peer = server().peer().send(GET, GET[:20], GET[20:])
    assert peer.received.count(b"200 OK") == 2
    assert application.asked == ["/", "/"]
    assert not peer.is_closed


# Headers.


ENDLESS = {
    "one field in pieces": [b"GET / HTTP/1.1\r\nX-A: ", *[b"a" * 1000] * 40],
    "an address in pieces": [b"GET /", *[b"a" * 1000] * 40],
    "many fields in pieces": [b"GET / HTTP/1.1\r\n", *[b"X-A: " + b"a" * 500 + b"\r\n"] * 80],
    "at once, with its end": [get("/", a="a" * 40_000)],
    "an address at once": [get("/?a=" + "a" * 40_000)],
    "small fields, too many": [get("/", **{f"x-{number}": "a" for number in range(200)})],
}


@pytest.mark.parametrize("pieces", ENDLESS.values(), ids=ENDLESS)
def test_a_header_that_is_too_large_is_refused(server, application, pieces):
    peer = server(header_bytes=16_384).peer().send(*pieces)
    assert peer.problem["status"] == 431
    assert peer.has_ended
    assert application.asked == []


def test_so_is_that_of_a_later_request(server, application):
    peer = server(header_bytes=16_384).peer().send(GET)
    peer.received.clear()
    peer.send(*ENDLESS["one field in pieces"])
    assert peer.problem["status"] == 431
    assert application.asked == ["/"]


def test_a_header_as_large_as_it_may_be_is_answered_in_any_pieces(server):
    request = get("/?" + "a" * 8_000, a="a" * 8_000)
    pieces = [request[start : start + 500] for start in range(0, len(request), 500)]
    assert server(header_bytes=16_384).peer().send(*pieces).status == 200


def test_the_end_of_a_body_does_not_count_as_the_next_header(server):
    peer = server(header_bytes=4_096).peer()
    peer.send(post("/", 20_000), bytes(20_000) + GET[:10], GET[10:])
    assert peer.received.count(b"200 OK") == 2


def test_a_header_that_is_not_complete_in_time_is_refused_though_it_comes_byte_by_byte(server, application):
    house = server(header_seconds=10)
    peer = house.peer()
    for byte in GET[:10]:
        assert not peer.received
        peer.send(bytes([byte]))
        house.pass_time(1)
    assert peer.problem["status"] == 408
    assert application.asked == []


def test_a_connection_on_which_nothing_comes_is_closed_without_a_word(server):
    house = server(header_seconds=5)
    peer = house.peer()
    house.pass_time(4)
    assert not peer.is_closed
    house.pass_time(2)
    assert peer.is_closed
    assert not peer.received


def test_what_is_no_request_is_told_so(server):
    peer = server().peer().send(b"\x16\x03\x01 this is TLS\r\n\r\n")
    assert peer.problem["status"] == 400


# Bodies.


@pytest.mark.parametrize("each", [0, 1, 100])
def test_a_body_that_stops_or_trickles_is_refused(server, application, each):
    house = server(body_seconds=5, slowest=1000)
    peer = house.peer().send(post("/", 1_000_000), bytes(10_000))
    for _ in range(12):
        house.pass_time(1)
        peer.send(bytes(each))
    assert peer.problem["status"] == 408
    assert application.heard[-1] == "http.disconnect"


def test_a_body_that_comes_is_read_to_its_end_however_long_that_takes(server):
    house = server(body_seconds=5, slowest=1000, header_seconds=2, idle_seconds=2)
    peer = house.peer().send(post("/", 60_000))
    for _ in range(40):
        house.pass_time(1)
        peer.send(bytes(1_500))
    assert peer.status == 200


def test_a_body_that_we_do_not_read_is_not_late(server, application):
    house = server(body_seconds=5)
    peer = house.peer().send(post("/unread", 1_000_000), bytes(100_000))
    assert not peer.is_reading
    house.pass_time(60)
    assert not peer.is_closed
    application.go.set()
    house.turn()
    assert peer.status == 200


def test_a_client_that_waits_for_leave_to_send_its_body_is_not_late(server):
    house = server(body_seconds=5)
    asks = post("/unread", 10).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
    peer = house.peer().send(asks)
    house.pass_time(60)
    assert not peer.is_closed


def test_a_late_body_after_the_answer_ends_the_connection_without_a_second_one(server, application):
    house = server(body_seconds=5)
    application.go.set()
    peer = house.peer().send(post("/unread", 1_000), b"a")
    answered = bytes(peer.received)
    assert peer.status == 200
    house.pass_time(60)
    assert peer.is_closed
    assert peer.received == answered


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


@pytest.mark.parametrize("before", [b"", GET[:20], GET, GET + GET[:20]], ids=["new", "begun", "idle", "second begun"])
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
