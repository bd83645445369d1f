#!/usr/bin/env bash
# What changed in a lock file since a commit: Markdown into the summary of the job, and the exit status of graphdiff.
#
# Everything comes by the environment, so that no name of a branch or a file is ever part of a command:
#   LOCK       the lock file, from the folder where this runs
#   BASE       the commit to compare with: a hash, a branch or a tag, and ~1 or ^ behind it; of zeros only, as GitHub
#              says of a new branch, nothing was there before
#   FAIL_IF    conditions of --fail-if, one a line; lines of blanks are none
#   ALLOW      a file of exceptions
#   GRAPHDIFF  the command
# Out come $GITHUB_STEP_SUMMARY, and in $GITHUB_OUTPUT report (a file of Markdown), failed (true or false) and status.
set -uo pipefail

lock=${LOCK:-} base=${BASE:-}
report=${RUNNER_TEMP:-/tmp}/graphdiff-report.md

output() { echo "$1" >> "${GITHUB_OUTPUT:-/dev/null}"; }

# The report into the summary, or that there is none; the outputs; and the end, with a status.
finish() {
  [[ -e $report ]] || echo "Nothing was compared: status $1; the log of this step says why." > "$report"
  { printf '## %s\n\n' "${lock//[^A-Za-z0-9.\/-]/_}"; cat "$report"; echo; } >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
  output "report=$report"
  output "failed=$([[ $1 == 1 ]] && echo true || echo false)"
  output "status=$1"
  exit "$1"
}

# In one line, so that nothing in it is a command to the runner.
refuse() { echo "graphdiff: ${1//[^[:print:]]/ }" >&2; finish "$2"; }

# A hash is a name to git, too. What it would take for more than one, +x or x:y, writes branches when it is fetched.
is_name() { [[ $1 != [-+]* ]] && git check-ref-format --allow-onelevel "$1"; }

rm -f "$report"
[[ -n $lock ]] || refuse "the input lock is needed: the name of a lock file" 2
[[ -n $base ]] || refuse "the input base is needed: this event has no commit to compare with" 2
name=${base%%[~^]*} steps=${base#"${base%%[~^]*}"}
is_name "$name" && [[ $steps != *[!~^0-9]* ]] || refuse "base is no commit: $base" 2
if [[ $base =~ ^0+$ ]]; then
  base=$(git hash-object -t tree /dev/null)
elif ! git rev-parse --verify --quiet "$base^{tree}" > /dev/null; then
  [[ -z $steps ]] && git fetch --quiet --no-tags --depth=1 --refmap= -- origin "$base" ||
    refuse "git has no commit $base, and fetching it failed" 66
  base=$(git rev-parse --verify FETCH_HEAD) || finish 66
fi

options=()
while IFS= read -r condition; do
  [[ -z ${condition//[[:space:]]/} ]] || options+=(--fail-if "$condition")
done <<< "${FAIL_IF:-}"
[[ -z ${ALLOW:-} ]] || options+=(--allow "$ALLOW")
status=0
"${GRAPHDIFF:-graphdiff}" compare "${options[@]}" -O "$report" -- "git:$base" "$lock" || status=$?
[[ $status != 1 || -e $report ]] || status=70 # of Python itself: where a condition holds there is a report
finish "$status"
