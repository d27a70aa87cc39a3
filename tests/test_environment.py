"""The reader of environment variables, and the settings that refuse to be insecure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.environment import Environment
from project.postgres.address import database_settings

ROOT = Path(__file__).resolve().parents[1]
PRODUCTION = {
    "API_ENV": "production",
    "SECRET_KEY": "x" * 50,
    "DATABASE_URL": "postgresql://u:p@h/d",
    "ALLOWED_HOSTS": "tutup.example",
}


def test_an_absent_or_blank_variable_gives_the_default():
    env = Environment({"BLANK": "  "})
    assert (env.text("NONE", "x"), env.text("BLANK", "y")) == ("x", "y")
    assert (env.integer("NONE", 3), env.number("BLANK", 0.5), env.flag("NONE", True)) == (3, 0.5, True)
    assert env.items("NONE", ["a"]) == ["a"]


@pytest.mark.parametrize(("text", "expected"), [("TRUE", True), ("1", True), ("on", True), ("No", False), ("0", False)])
def test_flags(text, expected):
    assert Environment({"F": text}).flag("F", not expected) is expected


def test_lists_drop_blanks_and_empty_items():
    assert Environment({"L": " a, b ,,c,"}).items("L") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("read", "complaint"),
    [
        (lambda env: env.flag("V", True), "V must be true or false"),
        (lambda env: env.integer("V", 1, minimum=1, maximum=9), "V must be a whole number from 1 to 9"),
        (lambda env: env.number("V", 1.0, minimum=0.5), "V must be a number, at least 0.5"),
        (lambda env: env.choice("V", {"b", "a"}, "a"), "V must be one of: a, b"),
    ],
)
def test_a_wrong_value_names_the_variable_and_not_the_value(read, complaint):
    with pytest.raises(ImproperlyConfigured, match=complaint) as caught:
        read(Environment({"V": "s3cret"}))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("text", ["0", "10", "-1"])
def test_whole_numbers_stay_within_their_bounds(text):
    with pytest.raises(ImproperlyConfigured, match="N must be a number from 1 to 9"):
        Environment({"N": text}).integer("N", 1, minimum=1, maximum=9)


@pytest.mark.parametrize("text", ["nan", "inf", "0.4"])
def test_numbers_stay_within_their_bounds(text):
    with pytest.raises(ImproperlyConfigured):
        Environment({"N": text}).number("N", 1.0, minimum=0.5, maximum=9.0)


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    assert Environment({"S_FILE": str(tmp_path / "secret")}).text("S") == "from the file"


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"S_FILE: .*none can't be read as text"):
        Environment({"S_FILE": str(tmp_path / "none")}).text("S")


def test_a_variable_and_its_file_at_once_are_refused():
    with pytest.raises(ImproperlyConfigured, match="S and S_FILE are both set"):
        Environment({"S": "x", "S_FILE": "/x"}).text("S")


def test_an_address_becomes_connection_settings():
    found = database_settings(
        "postgresql://u:p%40ss@db:6543/books?sslmode=require", pool={"max_size": 3}, application_name="x"
    )
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("books", "u", "p@ss")
    assert (found["HOST"], found["PORT"], found["CONN_MAX_AGE"]) == ("db", "6543", 0)
    assert found["OPTIONS"] == {"application_name": "x", "sslmode": "require", "pool": {"max_size": 3}}


def test_an_address_may_name_a_socket_folder():
    found = database_settings("postgresql://u@/books?host=%2Frun%2Fpg", pool={}, application_name="x")
    assert (found["HOST"], found["PORT"]) == ("/run/pg", "")


@pytest.mark.parametrize(
    "url", ["mysql://u:hidden@h/d", "postgresql://u:hidden@h/d?nonsense=1", "postgresql://u:hidden@h"]
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as caught:
        database_settings(url, pool={}, application_name="x")
    assert "hidden" not in str(caught.value)


def settings_with(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=kept | variables, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_production_starts_with_what_it_needs():
    done = settings_with(**PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("SECRET_KEY", "SECRET_KEY is not set. Set SECRET_KEY or SECRET_KEY_FILE"),
        ("DATABASE_URL", "DATABASE_URL is not set. Set it as postgresql://"),
        ("ALLOWED_HOSTS", "Set ALLOWED_HOSTS to the names users type"),
    ],
)
def test_production_refuses_to_start_without_and_says_what_to_set(missing, complaint):
    done = settings_with(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert complaint in done.stderr


def test_production_is_what_runs_when_nothing_is_said():
    done = settings_with(DATABASE_URL="postgresql://u:p@h/d")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize(
    ("variable", "text", "complaint"),
    [
        ("API_DEBUG", "true", "API_DEBUG shows source code"),
        ("API_ENV", "staging", "API_ENV must be one of: development, production"),
        ("SECRET_KEY", "short", "SECRET_KEY is short"),
        ("DATABASE_POOL_MIN", "20", "DATABASE_POOL_MIN is above DATABASE_POOL_MAX"),
        ("DATABASE_POOL_MAX", "many", "DATABASE_POOL_MAX must be a whole number from 1 to 1000"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be one of"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(variable, text, complaint):
    done = settings_with(**{**PRODUCTION, variable: text})
    assert done.returncode != 0
    assert complaint in done.stderr


def test_production_warns_of_an_open_api():
    done = settings_with(**PRODUCTION, REQUIRE_API_KEY="false")
    assert done.returncode == 0
    assert "REQUIRE_API_KEY is off" in done.stderr
