"""The files around the code keep each other company: compose, environment, image, commands."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def example_variables():
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.split("=")[0] for line in lines if re.match(r"^[A-Z_]+=", line)}


def test_the_compose_file_has_the_production_shape():
    services = compose()["services"]
    assert set(services) == {
        "postgres", "redis", "migrate", "web", "worker", "beat", "sealer", "verifier", "witness",
    }  # fmt: skip
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_only_the_migrate_job_is_given_the_owner_of_the_tables():
    services = compose()["services"]
    holders = {
        name
        for name, service in services.items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert holders == {"migrate"}


def test_worker_and_beat_hold_only_the_app_role_and_the_worker_what_scans():
    held = {"worker": {"DATABASE_URL", "DATABASE_SCAN_URL"}, "beat": {"DATABASE_URL"}}
    for name, expected in held.items():
        variables = compose()["services"][name]["environment"]
        assert {v for v in variables if v.startswith("DATABASE_")} == expected


def test_the_sealers_key_is_in_no_other_process_and_the_witness_reaches_no_database():
    services = compose()["services"]
    holders = {n for n, s in services.items() if "AUDIT_LOG_KEY_FILE" in s.get("environment", {})}
    assert holders == {"sealer"}
    sealing = {v for v in services["sealer"]["environment"] if v.startswith("DATABASE_")}
    assert sealing == {"DATABASE_URL", "DATABASE_SEALER_URL"}
    assert services["sealer"]["environment"]["DATABASE_URL"] == "${DATABASE_SEALER_URL:?}"
    assert not any("DATABASE" in v for v in services["witness"].get("environment", {}))


def test_every_variable_of_the_compose_file_is_explained_in_the_example():
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used <= example_variables()


def test_every_variable_the_settings_read_is_explained_in_the_example():
    text = "".join(path.read_text() for path in (ROOT / "contactpoint/settings").glob("*.py"))
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', text)) - {"CONTACTPOINT_DEMO"}
    assert read <= example_variables()


def test_the_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme


def test_nothing_in_the_project_depends_on_what_lies_beside_it():
    for path in (*ROOT.glob("*/**/*.py"), ROOT / "manage.py", ROOT / "Makefile", ROOT / ".ci/run"):
        if ".venv" in path.parts or path == Path(__file__):
            continue
        assert "../shared" not in path.read_text(), path
