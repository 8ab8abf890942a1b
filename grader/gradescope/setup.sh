#!/usr/bin/env bash
# Written by `grade export gradescope`. Gradescope runs it once, as root, when it builds the image.
set -euo pipefail
umask 022
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$source")

new_enough() { "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then python=$candidate && break; fi
done
if [ -z "$python" ]; then # an older Ubuntu: uv brings a Python of its own, to where every user can read it
    apt-get update -q && apt-get install -y -q curl ca-certificates
    export UV_INSTALL_DIR=/usr/local/bin UV_PYTHON_INSTALL_DIR=/opt/python
    curl -LsSf https://astral.sh/uv/install.sh | sh
    uv python install 3.12
    python=$(uv python find 3.12)
fi

"$python" -m venv "$root/venv"
# The index has torch without CUDA, which is a tenth of its size.
export PIP_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL-https://download.pytorch.org/whl/cpu}
"$root/venv/bin/pip" install -q --disable-pip-version-check -r "$source/requirements.txt"
cp -R "$source"/metadata/*.dist-info "$("$root/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

# Submissions run as another user, who may read Python and torch, and nothing of the grader's or the course's.
chmod -R go= "$source"
bash "$source/run_autograder" --check
