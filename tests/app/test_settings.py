"""Settings: each documented, each read from the environment, none misspelled."""

import pytest
from pydantic import ValidationError

from app import machine
from app.main import create_app
from app.settings import Settings, from_environment
from tests.each import each


@each("name", Settings.model_fields)
def test_each_setting_has_a_help_text_and_a_default(name):
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    assert field.default is not None


def test_a_setting_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("BNSCOPE_CACHE_BYTES", "123")
    monkeypatch.setenv("BNSCOPE_UPLOADS_DIR", "elsewhere")
    settings = Settings()
    assert settings.cache_bytes == 123
    assert settings.uploads_dir.name == "elsewhere"


@each(("name", "value"), [("upload_limit", 0), ("upload_days", 0), ("cache_bytes", -1), ("inline_work", "x")])
def test_a_value_out_of_range_is_refused(name, value):
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_an_unknown_name_is_refused():
    with pytest.raises(ValidationError):
        Settings(cache_byte=1)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().cache_bytes = 5


def test_uploads_get_no_more_than_their_disk_has_room_for():
    assert Settings().within(1_000).upload_quota == 400
    assert Settings().within(10**15).upload_quota == Settings().upload_quota


def test_a_quota_that_is_set_stays_a_quota():
    assert Settings(upload_quota=5_000).within(1_000).upload_quota == 5_000


def test_the_server_asks_how_large_the_disk_of_its_uploads_is(tmp_path):
    beyond = {"upload_quota": 10**18, "uploads_dir": tmp_path / "uploads", "cache_dir": tmp_path / "cache"}
    as_by_default = Settings.model_construct(set(), **(Settings().model_dump() | beyond))
    assert create_app(as_by_default).state.settings.upload_quota == int(0.4 * machine.disk(tmp_path))


def test_a_misspelled_setting_ends_the_start_and_what_kubernetes_makes_does_not(monkeypatch):
    monkeypatch.setenv("BNSCOPE_PORT_8000_TCP", "tcp://10.0.0.1:8000")
    from_environment()
    monkeypatch.setenv("BNSCOPE_BACKEND", "numpy")
    from_environment()
    monkeypatch.setenv("BNSCOPE_BACKED", "numpy")
    with pytest.raises(SystemExit, match="did you mean BNSCOPE_BACKEND"):
        from_environment()
    monkeypatch.delenv("BNSCOPE_BACKED")
    monkeypatch.setenv("BNSCOPE_PASWORD", "four random words here")
    with pytest.raises(SystemExit, match="did you mean BNSCOPE_PASSWORD"):
        from_environment()


def test_a_scheduler_is_an_address(monkeypatch):
    assert Settings(scheduler="tcp://127.0.0.1:8786").scheduler
    for wrong in ("127.0.0.1:8786", "tcp://", "http://127.0.0.1:8786"):
        with pytest.raises(ValidationError, match="no scheduler"):
            Settings(scheduler=wrong)
    monkeypatch.setattr("app.settings.find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r"requirements-cluster\.lock"):
        Settings(scheduler="tcp://127.0.0.1:8786")
