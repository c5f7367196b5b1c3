import io
import zipfile
from typing import Any

import numpy as np
import pytest

from app.batches.uploads.arrays.origin import ORIGIN, origin_array
from app.errors import UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy, npz
from tests.each import each

X = np.arange(12.0).reshape(4, 3)
LAYER = {
    name: np.full(3, value, np.float32) for value, name in enumerate(["gamma", "beta", "running_mean", "running_var"])
}


def test_x_comes_with_its_layer(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, dy=2 * X, other=X, **LAYER))
    assert batch.x.tolist() == X.tolist()
    assert set(batch.given) == {*LAYER, "dy"}
    assert batch.given["dy"].tolist() == (2 * X).tolist()
    assert batch.given["running_var"].tolist() == [3, 3, 3]


def test_a_layer_that_the_doctor_hands_over_says_where_from_and_that_its_x_is_drawn(parse: Parser) -> None:
    drawn = parse.batch(npz(x=X, **LAYER, **{ORIGIN: origin_array({"model": "sick", "norm": "bn&1"}, drawn=True)}))
    assert drawn.origin == "model=sick&norm=bn%261"
    assert [("drawn from" in note, ORIGIN in note) for note in drawn.warnings] == [(True, False)]
    watched = parse.batch(npz(x=X, **LAYER, **{ORIGIN: origin_array({"norm": "bn1"}, drawn=False)}))
    assert (watched.origin, watched.warnings) == ("norm=bn1", ())


@each("lie", [np.array("norm=\ud800"), np.array("model=sick"), np.array(["norm=a"]), np.array(b"norm=a"), np.zeros(3)])
def test_an_origin_that_says_nothing_readable_is_not_used_and_named(parse: Parser, lie: Any) -> None:
    batch = parse.batch(npz(x=X, **{ORIGIN: lie}))
    assert batch.origin == ""
    assert any(ORIGIN in note for note in batch.warnings)


def test_an_origin_leads_nowhere_but_to_the_doctor(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, **{ORIGIN: np.array("norm=a&next=//evil&drawn=1&model=%22%3E")}))
    assert batch.origin == "model=%22%3E&norm=a"


def test_dy_loses_the_rows_that_x_loses(parse: Parser) -> None:
    x = X.copy()
    x[1, 1] = np.nan
    batch = parse.batch(npz(x=x, dy=X), missing="drop")
    assert batch.given["dy"].tolist() == X[[0, 2, 3]].tolist()


def test_another_array_is_chosen_by_name_and_leaves_the_layer_alone(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, h=X + 1, **LAYER), array="h")
    assert batch.x.tolist() == (X + 1).tolist()
    assert batch.given == {}


def test_the_only_array_that_can_be_a_batch_is_taken(parse: Parser) -> None:
    batch = parse.batch(npz(activations=X, dy=X, y=np.arange(4), **LAYER))
    assert batch.x.tolist() == X.tolist()
    assert "gamma" in batch.given


@pytest.mark.parametrize("arrays", [{"a": X, "b": X}, {"a": np.ones(3)}])
def test_without_one_clear_array_the_error_lists_them(parse: Parser, arrays: dict[str, Any]) -> None:
    with pytest.raises(UnreadableBatch, match=r"a \(.*\) float64") as caught:
        parse.batch(npz(**arrays))
    assert caught.value.field == "array"


def test_an_array_that_is_not_there_is_an_error(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="no array 'z'"):
        parse.batch(npz(x=X), array="z")


@each(
    ("wrong", "message"),
    [
        ({"gamma": np.ones(4)}, r"gamma has shape \(4,\)"),
        ({"beta": np.ones((3, 2))}, "beta has shape"),
        ({"running_var": np.array([1.0, -1, 1])}, "negative"),
        ({"running_mean": np.array([1.0, np.nan, 1])}, r"missing or infinite.*at running_mean\[1\]"),
        ({"gamma": np.float64(np.nan)}, r"gamma has 1 such value, first a missing value \(NaN\) at gamma\."),
        ({"dy": X[:2]}, "dy has shape"),
        ({"dy": np.full((4, 3), np.inf)}, r"first in dy\[0, 0\], so no example is left.*or leave dy out of the file"),
        ({"gamma": np.array(["a", "b", "c"])}, "dtype"),
        ({"gamma": np.float64(1)}, r"gamma has shape \(\)"),
    ],
)
def test_a_layer_that_does_not_fit_is_a_named_error(parse: Parser, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UnreadableBatch, match=message):
        parse.batch(npz(x=X, **wrong))


def test_a_layer_that_fits_another_axis_says_which(parse: Parser) -> None:
    data = npz(x=np.ones((2, 4, 5, 3)), gamma=np.ones(3))
    with pytest.raises(UnreadableBatch, match="feature_axis=3"):
        parse.batch(data)
    assert parse.batch(data, feature_axis=-1).given["gamma"].shape == (3,)


def test_labels_are_an_array_of_the_file(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, y=np.array(["b", "a", "b", "c"])), label="y")
    assert batch.labels is not None
    assert (batch.labels.tolist(), batch.label_names) == ([1, 0, 1, 2], ("a", "b", "c"))
    assert parse.batch(npz(x=X, y=np.array([3.0, 1, 1, 3])), label="y").label_names == ("1", "3")


def test_labels_of_another_length_are_an_error_that_lists_the_arrays_that_fit(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="There are: y"):
        parse.batch(npz(x=X, y=np.arange(4), z=np.arange(3)), label="z")


def test_an_array_of_objects_is_never_unpickled_but_left_out(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, meta=np.array([{"a": 1}], object)))
    assert "meta" in batch.warnings[0]
    with pytest.raises(UnreadableBatch, match="dtype object"):
        parse.batch(npz(x=X, meta=np.array([[{}]], object)), array="meta")


def test_a_bomb_is_refused_by_its_declared_size(parse: Parser) -> None:
    data = npz(x=np.zeros((1000, 1000)))
    assert len(data) < 20_000
    with pytest.raises(UploadTooLarge, match="unpacks to"):
        parse.batch(data)


def test_arrays_that_are_a_bomb_only_together_are_refused(parse: Parser) -> None:
    with pytest.raises(UploadTooLarge, match="3 arrays"):
        parse.batch(npz(x=X, a=np.zeros(70_000), b=np.zeros(70_000)))


def test_many_arrays_are_refused(parse: Parser) -> None:
    with pytest.raises(UploadTooLarge, match="1,001 arrays"):
        parse.batch(npz(**{f"a{i}": np.ones(1) for i in range(1001)}))


def test_a_header_that_promises_more_than_its_member_holds_is_refused(parse: Parser) -> None:
    member = npy(X).replace(b"(4, 3)", b"(9999999, 3)", 1)
    with pytest.raises(UnreadableBatch, match=r"promises|readable"):
        parse.batch(_zipped({"x.npy": member}))


def test_a_member_longer_than_it_declares_is_refused(parse: Parser) -> None:
    data = bytearray(npz(x=np.zeros((100, 100))))
    size = (80_128).to_bytes(4, "little")
    directory = data.rindex(b"PK\x01\x02")
    assert data[directory + 24 : directory + 28] == size
    data[directory + 24 : directory + 28] = (200).to_bytes(4, "little")
    with pytest.raises(UnreadableBatch):
        parse.batch(bytes(data))


@each("cut", [10, 32, 100, 200])
def test_a_cut_file_is_incomplete(parse: Parser, cut: int) -> None:
    for tail in (b"", b"\0" * 50 if cut >= 100 else b""):
        with pytest.raises(UnreadableBatch, match="The file is incomplete: saving or sending it stopped half-way"):
            parse.batch(npz(x=X)[:cut] + tail)


def spoilt(array: Any, *places: Any, value: float = np.nan) -> Any:
    copy = np.array(array, float)
    for place in places:
        copy[place] = value
    return copy


@pytest.mark.parametrize("missing", ["error", "drop"])
def test_everything_that_is_missing_in_a_layer_is_one_error(parse: Parser, missing: str) -> None:
    x = np.ones((4, 3, 2, 2))
    arrays = {
        "x": spoilt(x, (1, 0, 1, 0), (1, 2, 0, 0)),
        "gamma": spoilt(np.ones(3), 2, value=np.inf),
        "beta": np.ones(3),
        "running_var": spoilt(np.ones(3), 0, 1),
        "dy": spoilt(x, (3, 1, 0, 0)),
    }
    with pytest.raises(UnreadableBatch) as caught:
        parse.batch(npz(**arrays), missing=missing)
    detail = caught.value.detail
    for part in (
        "x has 2 such values in channels 0, 2, first a missing value (NaN) at x[1, 0, 1, 0]",
        "gamma has 1 such value in channel 2, first an infinite value (inf) at gamma[2]",
        "running_var has 2 such values in channels 0, 1, first a missing value (NaN) at running_var[0]",
        "dy has 1 such value in channel 1, first a missing value (NaN) at dy[3, 1, 0, 0]",
        "the network has met missing or infinite values",
        "or leave such rows out (missing=drop), which does not mend gamma and running_var",
    ):
        assert part in detail
    assert "beta has" not in detail
    assert caught.value.field == "array"


def test_the_channels_are_those_of_the_feature_axis(parse: Parser) -> None:
    arrays = {"x": spoilt(np.ones((4, 5, 6, 3)), (0, 4, 5, 2)), "gamma": spoilt(np.ones(3), 1)}
    with pytest.raises(
        UnreadableBatch, match=r"x has 1 such value in channel 2, .*gamma has 1 such value in channel 1"
    ):
        parse.batch(npz(**arrays), feature_axis=-1)


def test_many_channels_are_counted(parse: Parser) -> None:
    arrays = {"x": np.ones((4, 20)), "running_mean": np.full(20, np.nan)}
    with pytest.raises(UnreadableBatch, match="20 such values in features 0, 1, 2, 3, 4, 5, 6, 7 and 12 more,"):
        parse.batch(npz(**arrays))


def test_what_is_missing_in_the_rows_of_x_and_dy_can_be_dropped(parse: Parser) -> None:
    data = npz(x=spoilt(X, (1, 1)), dy=spoilt(X, (3, 0), (1, 2)), **LAYER)
    with pytest.raises(UnreadableBatch, match=r"x has 1 such value in feature 1.*dy has 2 such values") as caught:
        parse.batch(data)
    assert (caught.value.field, caught.value.allowed) == ("missing", "drop")
    batch = parse.batch(data, missing="drop")
    assert batch.x.tolist() == X[[0, 2]].tolist()
    assert batch.given["dy"].tolist() == X[[0, 2]].tolist()
    assert batch.warnings == ("2 of 4 rows dropped because of missing or infinite values.",)
    alone = npz(x=X, dy=spoilt(X, (3, 0)))
    with pytest.raises(UnreadableBatch, match=r"missing or infinite values: dy has 1 such value"):
        parse.batch(alone)
    assert parse.batch(alone, missing="drop").x.tolist() == X[:3].tolist()


def test_a_flipped_bit_is_damage(parse: Parser) -> None:
    data = bytearray(npz(x=np.random.default_rng(0).normal(size=(50, 3))))
    data[400] ^= 0xFF
    with pytest.raises(UnreadableBatch, match="damaged"):
        parse.batch(bytes(data))


def test_other_members_are_refused(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"'notes\.txt', which is no array"):
        parse.batch(_zipped({"x.npy": npy(X), "notes.txt": b"hello"}))


def _zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()
