"""Web workers stay small: what only imports, drawing and writing names need is loaded when it is needed."""

import subprocess
import sys

from tests.architecture.source import ROOT

HEAVY = {"numba", "numpy", "polars", "pyogrio", "pypinyin", "scipy", "shapely", "xlsxwriter"}
LOADED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import jishi_site.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_a_web_worker_that_has_just_started_has_loaded_nothing_heavy():
    told = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert HEAVY & set(told.stdout.split()) == set()
