#!/usr/bin/env bash
# Installs graphdiff from the checkout that the Action was pinned to, into an environment of its own; prints the command.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}
folder=${RUNNER_TEMP:-/tmp}/graphdiff
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "graphdiff needs Python 3.11 or later: actions/setup-python brings one")'
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$here"
echo "$folder/bin/graphdiff"
