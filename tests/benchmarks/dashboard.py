"""Prints how long the dashboard of a class takes to make, how large it is, and how long a browser takes over it.

Run as: PYTHONPATH=.:tests python benchmarks/dashboard_size.py [STUDENTS] [EXERCISES]
"""

import sys
import tempfile
import time
from pathlib import Path

from browser import BROWSER, Page
from crowd import MISTAKES, TEXTS, TITLES, crowd

from grader.bulk.dashboard import About, class_stats, write_dashboard

students, exercises = map(int, sys.argv[1:3]) if len(sys.argv) == 3 else (1000, 15)
rows = crowd(students, exercises)
started = time.perf_counter()
class_stats(rows)
counted = time.perf_counter()
with tempfile.TemporaryDirectory() as folder:
    path = write_dashboard(rows, Path(folder) / "index.html", About(exercises=TITLES, questions=TEXTS, misconceptions=MISTAKES))
    written = time.perf_counter()
    print(f"{students} students, {exercises} exercises: {path.stat().st_size / 1e6:.2f} MB")
    print(f"statistics alone {counted - started:.2f} s, page with statistics {written - counted:.2f} s")
    if BROWSER is not None:
        page = Page(Path(folder) / "profile")
        try:
            page.open(path)
            loaded = page.run("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)")
            timed = (
                "(() => { const from = performance.now(); %s; document.body.offsetHeight;"
                " return Math.round(performance.now() - from); })()"
            )
            sort = page.run(timed % "[...document.querySelectorAll('#class th button')].at(-1).click()")
            find = "const f = document.getElementById('find'); f.value = 's00'; f.dispatchEvent(new Event('input'))"
            print(f"in the browser: loaded in {loaded} ms, sorted in {sort} ms, searched in {page.run(timed % find)} ms")
        finally:
            page.close()
