"""`grade completion`: what makes a shell complete commands and exercises with the Tab key."""

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from grader.faults import GraderFault, UsageError

SHELLS = ("bash", "zsh", "fish")
HOW = {
    "bash": 'Put this into ~/.bashrc, and open a new terminal:\n\n  eval "$(grade completion bash)"',
    "zsh": 'Put this into ~/.zshrc, below `compinit`, and open a new terminal:\n\n  eval "$(grade completion zsh)"',
    "fish": "Type this once, and open a new terminal:\n\n  grade completion fish > ~/.config/fish/completions/grade.fish",
}


def completion(shell: str | None, program: click.Command) -> int:
    """Print the script for a shell; without one, how to use it in the shell that is running."""
    if shell is None:
        shell = Path(os.environ.get("SHELL", "")).name
        if shell not in SHELLS:
            raise UsageError(f"For which shell? grade completion {' | '.join(SHELLS)}")
        click.echo(HOW[shell])
        return 0
    made = get_completion_class(shell)
    assert made is not None
    script = made(program, {}, "grade", "_GRADE_COMPLETE")
    try:
        # Not `source()`: it starts the shell to ask for its version, and fails where that shell isn't installed.
        click.echo(script.source_template % script.source_vars())
    except (KeyError, TypeError) as error:
        raise GraderFault(f"click has another template for {shell} than was expected ({error}).") from None
    return 0


def exercises(incomplete: str) -> list[CompletionItem]:
    """The exercises whose names begin so, each with its title; none where no course is found."""
    from grader.course import find_course

    try:
        course = find_course(None)
        return [
            CompletionItem(name, help=course.exercise(name).about.title) for name in course.names if name.startswith(incomplete)
        ]
    except (UsageError, GraderFault, OSError):
        return []
