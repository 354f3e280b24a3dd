"""The vectors, for the client for asyncio; the runner itself calls tests/adapter, the one for threads."""

import os
import subprocess
from pathlib import Path

from conftest import HERE

ROOT = HERE.parents[2]


def test_the_client_for_asyncio_does_what_the_vectors_say(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "adapter").symlink_to(HERE / "adapter-async")
    done = subprocess.run(
        ["go", "test", "-count=1", "-run", "^TestVectors$", "./tests/conformance"],  # noqa: S607
        cwd=ROOT,
        env={**os.environ, "LANGS": os.path.relpath(tmp_path, ROOT / "clients")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
