"""The same seed gives the same rows, in any process; a build that is killed leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BUILDER = Path(__file__).parent / "builder.py"
SUNDAY_NIGHT = "2026-11-22T03:00:00+08:00"  # an odd hour, at which it must come up as well


def start(folder: Path, hash_seed: str) -> subprocess.Popen:
    wanted = {
        "JISHI_VAR_DIR": str(folder),
        "PYTHONHASHSEED": hash_seed,
        "DJANGO_SETTINGS_MODULE": "jishi_site.settings",
    }
    kept = {name: value for name, value in os.environ.items() if name != "JISHI_DATABASE_URL"}
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, str(BUILDER), SUNDAY_NIGHT], env=kept | wanted, stdout=subprocess.PIPE, text=True
    )


def finish(builder: subprocess.Popen) -> dict[str, str]:
    lines = builder.communicate()[0].splitlines()
    assert builder.returncode == 0
    return {"first": lines[0], **dict(line.split() for line in lines[-2:])}


@pytest.mark.capability("C97")
def test_the_same_seed_gives_the_same_bytes_even_after_a_build_was_killed(tmp_path):
    straight = start(tmp_path / "straight", "1")
    killed = start(tmp_path / "killed", "2")
    assert killed.stdout is not None
    for line in killed.stdout:
        if line.startswith("事项 30"):
            break
    killed.kill()
    killed.wait()
    killed.stdout.close()
    again = finish(start(tmp_path / "killed", "3"))
    assert again["first"] == "empty"
    assert again["stumbled"] == "0"
    assert again == finish(straight)
