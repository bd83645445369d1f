#!/usr/bin/env bash
# What changed in a lock file since a commit: Markdown into the summary of the job, and the exit status of graphdiff.
#
# Everything comes by the environment, so that no name of a branch or a file is ever part of a command:
#   LOCK       the lock file, from the folder where this runs
#   BASE       the commit to compare with; of zeros only, as GitHub says of a new branch, nothing was there before
#   FAIL_IF    conditions of --fail-if, one a line
#   ALLOW      a file of exceptions
#   GRAPHDIFF  the command
# Out come $GITHUB_STEP_SUMMARY, and in $GITHUB_OUTPUT report (a file of Markdown), failed (true or false) and status.
set -uo pipefail

refuse() { echo "graphdiff: $1" >&2; exit "$2"; }
output() { echo "$1" >> "${GITHUB_OUTPUT:-/dev/null}"; }

lock=${LOCK:-} base=${BASE:-}
[[ -n $lock ]] || refuse "the input lock is needed: the name of a lock file" 2
[[ -n $base ]] || refuse "the input base is needed: this event has no commit to compare with" 2
[[ $base != -* ]] || refuse "base is no commit: $base" 2
if [[ $base =~ ^0+$ ]]; then
  base=$(git hash-object -t tree /dev/null)
elif ! git rev-parse --verify --quiet "$base^{tree}" > /dev/null; then
  git fetch --quiet --no-tags --depth=1 origin "$base" || refuse "git has no commit $base, and fetching it failed" 66
  base=$(git rev-parse --verify FETCH_HEAD) || exit 66
fi

report=${RUNNER_TEMP:-/tmp}/graphdiff-report.md
status=0
if [[ ! -e $lock ]] && git cat-file -e "$base:./$lock" 2> /dev/null; then
  echo "The lock file is gone." > "$report"
else
  options=()
  while IFS= read -r condition; do
    [[ -z $condition ]] || options+=(--fail-if "$condition")
  done <<< "${FAIL_IF:-}"
  [[ -z ${ALLOW:-} ]] || options+=(--allow "$ALLOW")
  rm -f "$report"
  "${GRAPHDIFF:-graphdiff}" compare "${options[@]}" -O "$report" -- "git:$base" "$lock" || status=$?
  if [[ ! -e $report ]]; then
    [[ $status != 1 ]] || status=70 # of Python itself: where a condition holds there is a report
    echo "Nothing was compared: status $status; the log of this step says why." > "$report"
  fi
fi

{ printf '## %s\n\n' "${lock//[^A-Za-z0-9.\/-]/_}"; cat "$report"; echo; } >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
output "report=$report"
output "failed=$([[ $status == 1 ]] && echo true || echo false)"
output "status=$status"
exit "$status"
