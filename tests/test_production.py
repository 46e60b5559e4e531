"""The production shape, really run: base requirements alone, production settings, servers given by
URL.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "contactpoint_production_check"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A clean virtual environment holding the base requirements and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, folder], check=True)
    subprocess.run(
        [*uv, "pip", "install", "--python", folder / "bin/python", "--require-hashes",
         "-r", ROOT / "requirements/base.txt"],
        check=True,
    )  # fmt: skip
    return folder / "bin/python"


def owner_connection():
    given = settings.DATABASES["owner"]
    connection = psycopg2.connect(
        host=given["HOST"], user=given["USER"], password=given["PASSWORD"], dbname="postgres"
    )
    connection.autocommit = True
    return connection


@pytest.fixture(scope="module")
def real_database():
    """A database without the mark of invented data, as a real installation has."""
    name = sql.Identifier(DATABASE)
    owner = owner_connection()
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
        # The servers of the tests do not wait for the disk; a real one does.
        cursor.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(name))
    yield DATABASE
    with owner.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    owner.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """What the image holds: no tests, no invented data."""
    folder = tmp_path_factory.mktemp("app")
    for name in (
        "manage.py",
        "contactpoint",
        "accounts",
        "records",
        "audit",
        "templates",
        "static",
    ):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    shutil.rmtree(folder / "contactpoint" / "invented")
    return folder


def with_database(variable):
    url, _, options = os.environ[variable].partition("?")
    return f"{url.rsplit('/', 1)[0]}/{DATABASE}?{options}"


@pytest.fixture(scope="module")
def environment(real_database):
    return {
        "PATH": os.environ["PATH"],
        "CONTACTPOINT_PRODUCTION": "1",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEY": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "index.example.org",
        "DATABASE_URL": with_database("DATABASE_URL"),
        "REDIS_URL": os.environ["REDIS_URL"],
        "EVIDENCE_ROOT": os.environ["EVIDENCE_ROOT"],
        "NATIONAL_DUTY_PHONE": "01632 960 999",
        "SITE_URL": "https://index.example.org",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    }


@pytest.fixture(scope="module")
def installed(python, checkout, environment):
    """Migrated by the owner's job, static files collected."""
    owner = {**environment, "DATABASE_OWNER_URL": with_database("DATABASE_OWNER_URL")}
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        subprocess.run([python, "manage.py", *command], cwd=checkout, env=owner, check=True)
    return checkout


def manage(python, installed, environment, *command):
    return subprocess.run(
        [python, "manage.py", *command],
        cwd=installed, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def get(port, path):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"Host": "index.example.org", "X-Forwarded-Proto": "https"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            return response.status, dict(response.headers), response.read().decode()
    except OSError:
        return 0, {}, ""


@pytest.fixture
def start(python, installed, environment, tmp_path):
    """Starts a process of the production shape; stops it afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def run(*command):
        log = (tmp_path / f"{len(running)}.log").open("w+")
        process = subprocess.Popen(
            [python, "-m", *command], cwd=installed, env=environment, stdout=log, stderr=log
        )
        process.log = log
        running.append(process)
        return process

    yield run
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        process.wait(120)
        process.log.close()


def said(process):
    process.log.flush()
    return Path(process.log.name).read_text()


@pytest.mark.timeout(300)
def test_check_deploy_finds_nothing_to_say(python, installed, environment):
    result = manage(
        python, installed, environment,
        "check", "--deploy", "--database", "default", "--fail-level", "WARNING",
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no issues" in result.stdout


@pytest.mark.timeout(300)
def test_web_worker_and_beat_run_on_base_requirements_under_production_settings(start):
    port = free_port()
    worker = start("celery", "-A", "contactpoint", "worker", "--concurrency=1", "--pool=solo")
    beat = start(
        "celery", "-A", "contactpoint", "beat", "--schedule=/dev/shm/cp-test-beat", "--pidfile="
    )
    start(
        "gunicorn", "contactpoint.wsgi", f"--bind=127.0.0.1:{port}", "--worker-class=gthread",
        "--no-control-socket",
    )  # fmt: skip
    assert wait_until(lambda: get(port, "/health/ready/")[0] == 200), get(port, "/health/ready/")
    status, headers, body = get(port, "/account/login/")
    assert status == 200
    assert "Sign in" in body
    assert "max-age=63072000" in headers["Strict-Transport-Security"]
    assert "invented" not in body.lower()
    assert wait_until(lambda: "ready." in said(worker)), said(worker)
    assert wait_until(lambda: "beat: Starting" in said(beat)), said(beat)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is too weak"),
        ("EVIDENCE_ROOT", "", "EVIDENCE_ROOT is not set"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS is empty or open"),
        ("CONTACTPOINT_DEMO", "1", "CONTACTPOINT_DEMO is set"),
        ("COMMON_PASSWORDS_FILE", "/nowhere/list.gz", "COMMON_PASSWORDS_FILE is not there"),
        ("SITE_URL", "http://index.example.org", "SITE_URL is not an https"),
        ("EMAIL_BACKEND", "accounts.messages.notify.EmailBackend", "Notify lacks its key"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "prints links"),
    ],
)
def test_production_refuses_to_start_on_a_weak_setting(
    python, installed, environment, variable, value, complaint
):
    result = subprocess.run(
        [python, "-c", "import contactpoint.wsgi"],
        cwd=installed, env={**environment, variable: value},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode != 0
    assert complaint in result.stderr


@pytest.mark.timeout(300)
def test_production_refuses_to_run_as_the_owner_of_the_tables(python, installed, environment):
    strong = {**environment, "DATABASE_URL": with_database("DATABASE_OWNER_URL")}
    result = subprocess.run(
        [python, "-c", "import contactpoint.wsgi"],
        cwd=installed, env=strong, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode != 0
    assert "too strong" in result.stderr


@pytest.mark.timeout(300)
def test_production_refuses_a_database_of_invented_people(python, installed, environment):
    with owner_connection() as owner, owner.cursor() as cursor:
        name = sql.Identifier(DATABASE)
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS 'contactpoint: synthetic'").format(name))
    try:
        result = subprocess.run(
            [python, "-c", "import contactpoint.wsgi"],
            cwd=installed, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        with owner_connection() as owner, owner.cursor() as cursor:
            cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS NULL").format(name))
    assert result.returncode != 0
    assert "invented people" in result.stderr
