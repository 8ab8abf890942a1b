"""The words of a notebook, in a real Jupyter kernel, spoken to as a front end does."""

import json
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.course import Course
from grader.notebook import cell_source
from grader.progress import Progress

with warnings.catch_warnings():  # jupyter_core's, of a default that changes
    warnings.simplefilter("ignore")
    from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[2]
WAIT = 60
IMPORTS = "import torch\nfrom torch.optim import Adam as Optimizer"
LOOP = """
def train(model, loss_fn, X, y, lr, epochs):
    optimizer = Optimizer(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        {}
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
"""
GRADE = "%%grade exercise_03"
RIGHT, WRONG = GRADE + LOOP.format("optimizer.zero_grad()"), GRADE + LOOP.format("pass")


class Notebook:
    """One kernel, and what a cell of it puts out."""

    def __init__(self, folder: Path) -> None:
        """Start it there."""
        self.folder = folder
        environment = {"IPYTHONDIR": str(folder / ".ipython"), "JUPYTER_RUNTIME_DIR": str(folder / ".runtime")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.manager, self.client = start_new_kernel(
                cwd=str(folder), env={**_environment(), **environment}, startup_timeout=WAIT
            )
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str, answers: Sequence[str] = ()) -> str:
        """Run a cell; `answers` are typed where it asks. All that can be read of its output, as text."""
        left = list(answers)
        self.messages = []
        self.client.execute_interactive(
            code,
            timeout=WAIT,
            allow_stdin=True,
            output_hook=self.messages.append,
            stdin_hook=lambda _: self.client.input(left.pop(0)),
        )
        return self.text

    @property
    def text(self) -> str:
        found = []
        for message in self.messages:
            content = message["content"]
            found += [content.get("text", ""), content.get("data", {}).get("text/plain", ""), *content.get("traceback", ())]
        return "\n".join(found)

    @property
    def html(self) -> str:
        return next(
            m["content"]["data"]["text/html"] for m in reversed(self.messages) if "text/html" in m["content"].get("data", {})
        )

    def value(self, expression: str) -> str:
        return self.run(f"print({expression})").strip()


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    opened = Notebook(tmp_path_factory.mktemp("notebook"))
    try:
        assert opened.run("%load_ext grader").strip() == ""
        opened.run(IMPORTS)
        yield opened
    finally:
        opened.client.stop_channels()
        opened.manager.shutdown_kernel(now=True)


def test_a_cell_is_graded_with_its_mistake_named_and_its_line_as_the_notebook_counts(notebook: Notebook) -> None:
    said = notebook.run(WRONG)
    assert "Not passed: 7 of 10 points" in said
    assert "Gradients are never cleared." in said
    assert WRONG.splitlines()[7].strip() == "loss.backward()"
    assert "→    8 │         loss.backward()" in said
    assert "Gradients are never cleared" in notebook.html
    assert "<script" not in notebook.html
    assert (notebook.folder / ".descent" / "exercise_03" / "index.html").is_file()


def test_the_mended_cell_passes_is_noted_and_defined_in_the_notebook(notebook: Notebook, course: Course) -> None:
    notebook.run("train = None")
    assert "Passed: 10 of 10 points" in notebook.run(RIGHT)
    assert "function" in notebook.value("train")
    assert Progress(course).of("exercise_03").passed


def test_the_place_below_the_cell_says_what_goes_on_and_then_the_report_alone(notebook: Notebook) -> None:
    notebook.run(RIGHT)
    shown = [m for m in notebook.messages if m["msg_type"] in ("display_data", "update_display_data")]
    assert [m["msg_type"] for m in shown[:2]] == ["display_data", "update_display_data"]
    assert len({m["content"]["transient"]["display_id"] for m in shown}) == 1  # each takes the place of the one before


def test_what_a_learner_did_to_torch_in_the_notebook_moves_no_mark(notebook: Notebook) -> None:
    notebook.run("torch.set_default_dtype(torch.float64); torch.manual_seed(5); torch.optim.Adam.step = lambda self: None")
    assert "Passed: 10 of 10 points" in notebook.run(RIGHT)
    assert "Gradients are never cleared." in notebook.run(WRONG)
    (notebook.folder / "random.py").write_text("raise SystemExit('the learner’s own random.py')")
    notebook.run("get_ipython().magics_manager.registry['Descent'].beside.close()")
    assert "Passed: 10 of 10 points" in notebook.run(RIGHT)
    (notebook.folder / "random.py").unlink()


def test_what_cant_be_run_is_told_and_not_run_in_the_notebook(notebook: Notebook) -> None:
    said = notebook.run(f"{GRADE}\nprint('a' + 'b')\ndef train(:\n")
    assert "Line 3: SyntaxError" in said
    assert "was not run in the notebook" in said
    assert "ab\n" not in said
    assert "no_such_module" in notebook.run(f"{GRADE}\nimport no_such_module\n")


def test_no_run_grades_alone(notebook: Notebook) -> None:
    notebook.run("train = None")
    assert "Passed: 10 of 10" in notebook.run(RIGHT.replace(GRADE, f"{GRADE} --no-run"))
    assert notebook.value("train") == "None"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%grade exercise_99\nx = 1", "There is no exercise called 'exercise_99'"),
        ("%%grade\nx = 1", "required: exercise"),
        ("%%grade exercise_03 --corse x\nx = 1", "--corse"),
        ("%quiz exercise_99", "There is no exercise called"),
        (f"{GRADE}\n{'x = 1' * 300_000}", "more than 1000 kB"),
    ],
)
def test_a_slip_is_answered_with_a_sentence_and_no_traceback_of_ours(cell: str, said: str, notebook: Notebook) -> None:
    text = notebook.run(cell)
    assert said in text
    assert "Traceback" not in text


def test_a_grader_that_was_killed_is_started_again(notebook: Notebook) -> None:
    notebook.run(RIGHT)
    notebook.run(
        "import os, signal, time\n"
        "os.kill(get_ipython().magics_manager.registry['Descent'].beside._process.pid, signal.SIGKILL)\ntime.sleep(.2)"
    )
    assert "Passed: 10 of 10 points" in notebook.run(RIGHT)


def test_interrupting_the_kernel_ends_the_grading_and_the_next_works(notebook: Notebook) -> None:
    endless = f"{GRADE}\ndef train(model, loss_fn, X, y, lr, epochs):\n    while True:\n        pass\n"
    asked = notebook.client.execute(endless)
    while "Running your code" not in str(notebook.client.get_iopub_msg(timeout=WAIT)["content"]):
        pass
    notebook.manager.interrupt_kernel()
    reply = notebook.client.get_shell_msg(timeout=WAIT)
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["status"] == "error"  # by itself it would end with a report, of a loop that never ends
    assert "Passed: 10 of 10 points" in notebook.run(RIGHT)


def test_ones_own_file_is_graded_by_the_word_alone(notebook: Notebook) -> None:
    assert "Not started yet" in notebook.run(f"%grade exercise_01 --course {ROOT}")


def test_the_notebook_as_a_submission_gets_what_its_cells_got(tmp_path: Path) -> None:
    other = "%%grade exercise_04\ndef train():\n    raise SystemExit('not this one')"
    cells = ["%load_ext grader", IMPORTS, WRONG.replace(GRADE, "%%grade 3"), RIGHT, "%quiz exercise_03", other]
    book = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps(book))
    command = [sys.executable, "-m", "grader", "exercise_03", "--submission", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), cwd=ROOT, check=False)
    assert json.loads(done.stdout)["score"] == 10.0, done.stderr
    assert cell_source(other, "exercise_03").startswith("# %%grade")
    assert "\ndef train" in cell_source(other, "exercise_04")


# The questions


def test_the_questions_are_asked_by_plain_input_and_kept(notebook: Notebook) -> None:
    said = notebook.run(f"%quiz exercise_01 --plain --course {ROOT}", ["q"])
    assert "Question 1 of" in said
    assert "Left for now" in said
    assert (notebook.folder / "exercise_01" / "answers.toml").is_file()


class Widgets:
    """A front end's side of the widgets that a cell showed."""

    def __init__(self, notebook: Notebook) -> None:
        """Those of the last cell."""
        self._notebook = notebook
        opened = [m["content"] for m in notebook.messages if m["msg_type"] == "comm_open"]
        self.states = {content["comm_id"]: content["data"]["state"] for content in opened}

    def of(self, model: str) -> list[str]:
        return [id for id, state in self.states.items() if state["_model_name"] == model]

    def set(self, id: str, **state: Any) -> None:
        self._send(id, {"method": "update", "state": state, "buffer_paths": []})

    def press(self, id: str) -> str:
        """Press a button; what the page's texts say then."""
        self._send(id, {"method": "custom", "content": {"event": "click"}})
        return "\n".join(str(state["value"]) for id, state in self.states.items() if state["_model_name"] == "HTMLModel")

    def _send(self, id: str, data: dict[str, Any]) -> None:
        client = self._notebook.client
        message = client.session.msg("comm_msg", {"comm_id": id, "data": data})
        client.shell_channel.send(message)
        while True:
            got = client.get_iopub_msg(timeout=WAIT)
            if got["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if got["msg_type"] == "comm_msg" and got["content"]["data"].get("method") == "update":
                self.states[got["content"]["comm_id"]] |= got["content"]["data"]["state"]
            if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                return


@pytest.fixture
def asked(notebook: Notebook) -> Callable[[str], Widgets]:
    def ask(line: str) -> Widgets:
        notebook.run(line)
        return Widgets(notebook)

    return ask


def test_the_questions_are_asked_by_widgets_judged_and_kept_as_they_are_pressed(
    notebook: Notebook, asked: Callable[[str], Widgets]
) -> None:
    widgets = asked("%quiz exercise_03")
    answers = notebook.folder / "exercise_03" / "answers.toml"
    checks = [id for id in widgets.of("ButtonModel") if widgets.states[id]["description"] == "Check"]
    assert len(checks) == 5
    assert "Nothing is answered yet." in widgets.press(checks[2])
    radios = widgets.of("RadioButtonsModel")
    said = ""
    for number in range(len(widgets.states[radios[0]]["_options_labels"])):
        widgets.set(radios[0], index=number)
        before = len(widgets.of("HTMLModel"))
        said = "\n".join(widgets.press(check) for check in checks)
        assert len(widgets.of("HTMLModel")) == before
        if "<b>Right.</b>" in said:
            break
    assert "<b>Right.</b>" in said
    kept = [value for value in tomllib.loads(answers.read_text()).values() if isinstance(value, str) and value]
    assert len(kept) > 2
    again = asked("%quiz exercise_03")
    assert len([id for id in again.of("ButtonModel") if again.states[id]["description"] == "Check"]) == 4


def test_letters_boxes_and_texts_are_taken_too(notebook: Notebook, asked: Callable[[str], Widgets]) -> None:
    widgets = asked("%quiz exercise_03 --again")
    checks = [id for id in widgets.of("ButtonModel") if widgets.states[id]["description"] == "Check"]
    for id in widgets.of("TextModel"):
        widgets.set(id, value="e a b d c" if "letters" in widgets.states[id]["placeholder"] else "<b>no number")
    for id in widgets.of("CheckboxModel"):
        widgets.set(id, value=True)
    for id in widgets.of("TextareaModel"):
        widgets.set(id, value="It <i>adds</i> up.")
    said = "".join(widgets.press(check) for check in checks)
    assert "<b>no number" not in said
    assert "<i>adds" not in said
    kept = tomllib.loads((notebook.folder / "exercise_03" / "answers.toml").read_text())
    assert any(isinstance(value, list) and len(value) == 5 for value in kept.values())
