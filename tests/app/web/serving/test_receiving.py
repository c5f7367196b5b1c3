"""What a connection takes of a request: no endless header, no body that does not come, nothing endless behind one."""

import pytest

from tests.app.web.serving.peer import house
from tests.app.web.serving.wire import GET, get, post
from tests.each import each

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


def test_an_address_is_answered_up_to_what_its_parser_takes_and_called_too_long_beyond(server, application):
    longest = "/?" + "a" * 65_533
    assert server().peer().send(get(longest)).status == 200
    peer = server().peer().send(get(longest + "a"))
    assert (peer.problem["status"], peer.problem["title"]) == (414, "The address is too long")
    assert peer.has_ended
    assert len(application.asked) == 1


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


def test_what_is_refused_is_answered_once_though_no_request_follows(server):
    peer = server().peer().send(ENDLESS["small fields, too many"][0] + b"\x16\x03\x01 this is TLS\r\n\r\n")
    assert peer.problem["status"] == 431


def test_an_answer_in_flight_does_not_follow_the_refusal_of_what_comes_behind_it(server, application, caplog):
    house = server()
    peer = house.peer().send(get("/wait"), GET, b"\x16\x03\x01 this is TLS\r\n\r\n")
    assert peer.problem["status"] == 400
    application.go.set()
    house.turn()
    assert peer.problem["status"] == 400
    assert application.asked == ["/wait"]
    assert not [record for record in caplog.records if record.exc_info]


def test_what_is_answered_hears_that_its_client_has_gone_though_another_request_waits_behind_it():
    heard = []

    async def listening(_scope, receive, _send):
        while heard[-1:] != ["http.disconnect"]:
            heard.append((await receive())["type"])

    with house(listening) as quiet:
        quiet.peer().send(GET, GET).leave()
        quiet.turn()
        assert heard == ["http.request", "http.disconnect"]
        assert not quiet.state.tasks


# Bodies.


CHUNKED = b"POST / HTTP/1.1\r\nHost: bnscope\r\nTransfer-Encoding: chunked\r\n\r\n"
TRAILING = {
    "one field in pieces": [b"0\r\nX-A: ", *[b"a" * 1000] * 40],
    "many fields": [b"0\r\n", *[b"X-A: " + b"a" * 500 + b"\r\n"] * 80],
    "a size with endless words": [b"3;", *[b"a" * 1000] * 40],
}


@each("pieces", TRAILING.values())
def test_fields_behind_a_body_are_bounded_as_those_before_it(server, pieces):
    peer = server(header_bytes=16_384).peer().send(CHUNKED, b"3\r\nabc\r\n", *pieces)
    assert peer.problem["status"] == 431


def test_fields_behind_a_body_are_no_header(server, application):
    peer = server().peer().send(CHUNKED, b"3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n", GET)
    assert peer.received.count(b"200 OK") == 2
    assert all(b"x-late" not in dict(headers) for headers in application.headers)


def test_a_body_of_small_chunks_may_have_more_around_them_than_a_header(server):
    chunks = [b"1\r\na\r\n"] * 2_000
    assert server(header_bytes=4_096).peer().send(CHUNKED, *chunks, b"0\r\n\r\n").status == 200


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
