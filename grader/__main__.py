"""The command line's frame: exit codes, and no traceback of ours for anybody."""

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

PASSED, NOT_PASSED, USAGE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130


def main() -> NoReturn:
    """Run the command line and leave the process at once."""
    try:
        code = _run()
    except KeyboardInterrupt:  # before or after what `_run` watches over
        code = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or NOT_PASSED
    # Taking a Python with torch in it down in good order takes 0.7 s, and there is nothing left to put in order.
    os._exit(code)


def _run() -> int:
    from click import ClickException
    from click.exceptions import Abort, Exit

    from grader.cli import cli
    from grader.faults import GraderFault, UsageError
    from grader.render.text import clean

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        result = cli.main(prog_name="grade", standalone_mode=False)
        return result if isinstance(result, int) else PASSED
    except Exit as error:
        return error.exit_code
    except ClickException as error:
        error.show()
        return USAGE
    except UsageError as error:
        print(f"grade: {clean(str(error))}", file=sys.stderr)
        return USAGE
    except (KeyboardInterrupt, Abort):
        print("\ngrade: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return NOT_PASSED
    except GraderFault as error:
        print(f"grade: {clean(str(error))}\nThis is the grader's own fault: it is no verdict on your code.", file=sys.stderr)
        return FAULT
    except Exception as error:
        print(
            f"grade: the grader itself failed ({type(error).__name__}: {clean(str(error))}). It is no verdict on your code.\n"
            f"The details are in {_keep_details()}; please pass them on to who gave you this course.",
            file=sys.stderr,
        )
        return FAULT


def _keep_details() -> Path:
    handle, name = tempfile.mkstemp(prefix="descent-fault-", suffix=".txt")
    with os.fdopen(handle, "w") as file:
        traceback.print_exc(file=file)
    return Path(name)


if __name__ == "__main__":
    main()
