# Shared by the scripts beside it (source, do not run): paths, messages, timed steps.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${PANTHEON_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set it or PANTHEON_CACHE}/.cache}/pantheon}"
LOGS="$CACHE/logs"
JOBS="${PANTHEON_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}"
STEP=0
STEPS=0
STEP_TABLE=()
mkdir -p "$LOGS"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() {
  warn "error: $*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Milliseconds since the epoch.
now_ms() { local t="${EPOCHREALTIME/[.,]/}"; printf '%s' "${t%???}"; }

# hash_of <path>...: one SHA-256 over names and contents of the files git knows or would add there.
hash_of() {
  (cd "$ROOT" && git ls-files -z --cached --others --exclude-standard -- "$@" | sort -z |
    xargs -0 -r sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1)
}

# is_stamped <name> <value>: true when the stamp of that name holds that value.
is_stamped() { [ -f "$ROOT/build/stamps/$1" ] && [ "$(<"$ROOT/build/stamps/$1")" = "$2" ]; }
stamp() {
  mkdir -p "$ROOT/build/stamps"
  printf '%s' "$2" >"$ROOT/build/stamps/$1"
}

# note_step <milliseconds> <result> <title>: one row of the table printed by step_table.
note_step() { STEP_TABLE+=("$(printf '%8d.%d s  %-6s  %s' "$(($1 / 1000))" "$(($1 % 1000 / 100))" "$2" "$3")"); }

step_table() {
  say ""
  say "Time per step:"
  printf '%s\n' "${STEP_TABLE[@]}"
}

# run_step <title> <log name> <command>...: runs the command with its output in a log; on failure
# shows the end of that log and says where it is. Returns the command's exit code.
run_step() {
  local title="$1" log="$LOGS/$2.log" began code=0
  shift 2
  STEP=$((STEP + 1))
  say "[$STEP/$STEPS] $title"
  began=$(now_ms)
  "$@" >"$log" 2>&1 </dev/null || code=$?
  if [ "$code" -eq 0 ]; then
    note_step "$(($(now_ms) - began))" ok "$title"
    return 0
  fi
  note_step "$(($(now_ms) - began))" FAILED "$title"
  if [ "$code" -ne 130 ]; then
    warn "--- the end of $log"
    tail -n "${PANTHEON_LOG_LINES:-40}" "$log" >&2
    warn "--- failed with exit code $code: $title. The whole log: $log"
  fi
  return "$code"
}

# skip_step <title>: a step that has nothing to do.
skip_step() {
  STEP=$((STEP + 1))
  say "[$STEP/$STEPS] $1"
}
