#!/usr/bin/env bash
# Prints which share of the lines of store, coordinator and worker simulated clusters alone run:
#   simulation/coverage.sh [SECONDS]     how long schedules run, 120 unless told
#
# The doors for clients (coordinator/Listeners, ServerHost, FolderDoor, UserFile) are listed apart: they talk to sockets
# and to the process, for which a simulation has its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
settings=DataCollectionRunSettings.DataCollectors.DataCollector.Configuration
COLFRAG_WIDE=1 COLFRAG_BUDGET_SIMULATION=${1:-120} dotnet test tests/ColFrag.Simulation.Tests -c Release --nologo \
  --logger 'console;verbosity=detailed' --filter FullyQualifiedName~ScheduleTests --results-directory "$results" \
  --collect 'XPlat Code Coverage' -- \
  "$settings.Include=[ColFrag.Engine]ColFrag.Engine.Store.*,[ColFrag.Coordinator]*,[ColFrag.Worker]*" \
  "$settings.Format=cobertura" >"$results/log" 2>&1 || true
grep -E '^ +[0-9]+ schedules' "$results/log" || { tail -n 20 "$results/log"; exit 1; }

# A line counts once, whichever of the types that the compiler made of its method it belongs to.
find "$results" -name 'coverage.cobertura.xml' -exec cat {} + | awk '
  /<class / {
    match($0, /filename="[^"]*"/); file = substr($0, RSTART + 10, RLENGTH - 11)
    inside = 0
  }
  /<\/methods>|<methods *\/>/ { inside = 1 }
  /<\/class>/ { inside = 0 }
  inside && /<line / {
    match($0, /number="[0-9]+"/); number = substr($0, RSTART + 8, RLENGTH - 9)
    match($0, /hits="[0-9]+"/); hits = substr($0, RSTART + 6, RLENGTH - 7)
    key = file ":" number
    if (!(key in seen)) seen[key] = 0
    if (hits + 0 > 0) seen[key] = 1
  }
  END {
    for (key in seen) {
      file = key; sub(/:[0-9]+$/, "", file)
      if (file ~ /Listeners\/|ServerHost|FolderDoor|UserFile/) part = "doors"
      else if (file ~ /(^|\/)coordinator\//) part = "coordinator"
      else if (file ~ /(^|\/)worker\//) part = "worker"
      else part = "store"
      lines[part]++; hit[part] += seen[key]
      of[file]++; ran[file] += seen[key]; where[file] = part
    }
    for (file in of) if (where[file] != "doors" && of[file] - ran[file] >= 15)
      printf "  %4d of %4d lines not run  %s\n", of[file] - ran[file], of[file], file | "sort -rn"
    close("sort -rn")
    split("store coordinator worker", order, " ")
    for (i = 1; i <= 3; i++) {
      part = order[i]; all += lines[part]; sum += hit[part]
      printf "%-12s %5d of %5d lines  %5.1f %%\n", part, hit[part], lines[part], 100 * hit[part] / lines[part]
    }
    printf "%-12s %5d of %5d lines  %5.1f %%\n", "together", sum, all, 100 * sum / all
    printf "%-12s %5d of %5d lines\n", "(doors)", hit["doors"], lines["doors"]
    exit 100 * sum / all < 80
  }'
