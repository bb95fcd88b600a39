# Shared by the scripts beside it (source, do not run): paths, messages, timed steps.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${PANTHEON_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set it or PANTHEON_CACHE}/.cache}/pantheon}"
LOGS="$ROOT/build/logs"
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

# files_of <path>...: the files there that git knows or would add, each ended by a NUL. Where git does not know this folder
# (an archive, or a checkout of another user) those that are neither installed nor built.
files_of() {
  if [ -z "$(git rev-parse --show-cdup 2>/dev/null || say unknown)" ]; then
    git ls-files -z --cached --others --exclude-standard -- "$@"
  else
    find "$@" \( -name node_modules -o -name dist \) -prune -o -type f ! -name '*.tsbuildinfo' -print0
  fi
}

# hash_of <path>...: one SHA-256 over names and contents of those files.
hash_of() {
  (cd "$ROOT" && files_of "$@" | sort -z |
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

# watch <pid> <log>: while the process runs, shows how far the build in its log is ([n/m] of ninja):
# in place on a terminal, else a line every half minute.
watch() {
  local pid="$1" log="$2" ticks=0 latest shown=""
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    ticks=$((ticks + 1))
    latest=$(tail -c 4096 "$log" 2>/dev/null | grep -ao '^\[[0-9]*/[0-9]*\]' | tail -n 1 || true)
    if [ -z "$latest" ] || [ "$latest" = "$shown" ]; then continue; fi
    if [ -t 1 ]; then
      printf '\r      %s ' "$latest"
    elif [ $((ticks % 60)) -eq 0 ]; then
      say "      $latest"
    fi
    shown="$latest"
  done
  [ -t 1 ] && [ -n "$shown" ] && printf '\r%30s\r' ''
  return 0
}

# end_groups <pid>...: ends these steps with all that they have started; in_background started them.
end_groups() {
  local pid
  for pid in "$@"; do kill -- -"$pid" 2>/dev/null || true; done
}

# in_background <log> <command>...: starts the command, its output in the log, in a process group of its own ($!).
in_background() {
  local log="$1"
  shift
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  set +m
}

# run_step <title> <log name> <command>...: runs the command with its output in a log; on failure
# shows the end of that log and says where it is. Returns the command's exit code. Ctrl-C ends it
# and whatever it has started.
run_step() {
  local title="$1" log="$LOGS/$2.log" began code=0 pid watcher
  shift 2
  STEP=$((STEP + 1))
  say "[$STEP/$STEPS] $title"
  began=$(now_ms)
  in_background "$log" "$@"
  pid=$!
  watch "$pid" "$log" &
  watcher=$!
  trap 'end_groups "$pid"; kill "$watcher" 2>/dev/null || true; wait "$pid" || true; say ""; say "stopped"; exit 130' INT TERM HUP
  wait "$pid" || code=$?
  trap - INT TERM HUP
  if [ -t 1 ]; then wait "$watcher"; else kill "$watcher" 2>/dev/null || true; fi
  end_step "$title" "$(basename "$log" .log)" "$code" "$(($(now_ms) - began))"
}

# end_step <title> <log name> <exit code> <milliseconds>: adds its row to the table; of a step that failed, shows the end
# of its log and says where it is. Returns that exit code.
end_step() {
  local title="$1" log="$LOGS/$2.log" code="$3"
  if [ "$code" -eq 0 ]; then
    note_step "$4" ok "$title"
    return 0
  fi
  note_step "$4" FAILED "$title"
  warn "--- the end of $log"
  tail -n "${PANTHEON_LOG_LINES:-40}" "$log" >&2
  warn "--- failed with exit code $code: $title. The whole log: $log"
  return "$code"
}

# skip_step <title>: a step that has nothing to do.
skip_step() {
  STEP=$((STEP + 1))
  say "[$STEP/$STEPS] $1"
}
