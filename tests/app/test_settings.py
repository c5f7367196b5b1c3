"""Settings: each documented, each read from the environment, none misspelled."""

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize("name", Settings.model_fields)
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


@pytest.mark.parametrize(
    ("name", "value"), [("upload_limit", 0), ("upload_days", 0), ("cache_bytes", -1), ("inline_work", "x")]
)
def test_a_value_out_of_range_is_refused(name, value):
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_an_unknown_name_is_refused():
    with pytest.raises(ValidationError):
        Settings(cache_byte=1)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        Settings().cache_bytes = 5
