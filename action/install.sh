#!/usr/bin/env bash
# Installs graphdiff from the checkout that the Action was pinned to, into an environment of its own; prints the command.
# What goes wrong ends with status 69: 1 is of conditions that hold.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-python3}
folder=${RUNNER_TEMP:-/tmp}/graphdiff
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "graphdiff: $python is no Python 3.11 or later: actions/setup-python brings one" >&2
  exit 69
}
"$python" -m venv "$folder" || exit 69
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$here" >&2 || exit 69
echo "$folder/bin/graphdiff"
