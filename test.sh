#!/usr/bin/env bash
# Installs what the tests need where it is absent, builds, runs every test project, and ends with one line:
#   N passed, N failed, N skipped
#
#   ./test.sh [--long] [PROJECT ...]     PROJECT is a part of a test project's name, for instance Engine
#
# Families of open-ended tests get the seconds of tests/budget.json. With CI=true a judge that is skipped is a failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

mode=seconds
projects=()
while [ $# -gt 0 ]; do
  case $1 in
    --long) mode=long ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "test.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *) projects+=("$1") ;;
  esac
  shift
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
results=$PWD/TestResults
rm -rf "$results"
mkdir -p "$results"

has() { command -v "$1" >/dev/null 2>&1; }
heading() { printf '\n== %s\n' "$1"; }

# ---- What the tests need -------------------------------------------------------------------------------------------

install_packages() {
  local packages=() as_root=()
  has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
  has psql || packages+=(postgresql-client)
  has tmux || packages+=(tmux)
  has ip || packages+=(iproute2)
  has etcd || packages+=(etcd-server)
  has node || packages+=(nodejs)
  has java || packages+=(default-jdk-headless)
  has npm || packages+=(npm)
  ldconfig -p 2>/dev/null | grep -q 'libzstd\.so\.1' || packages+=(libzstd1)
  ldconfig -p 2>/dev/null | grep -q 'liblz4\.so\.1' || packages+=(liblz4-1)
  local package
  for package in python3-psycopg2 python3-asyncpg python3-sqlalchemy python3-pandas python3-pyodbc odbc-postgresql \
    unixodbc libpostgresql-jdbc-java pgcli; do
    dpkg -s "$package" >/dev/null 2>&1 || packages+=("$package")
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  if ! has apt-get; then
    echo "Absent here, so tests that ask them are skipped by name: ${packages[*]} (Debian's names)"
    return 0
  fi
  as_root=(env DEBIAN_FRONTEND=noninteractive)
  [ "$(id -u)" = 0 ] || as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
  echo "Installing ${packages[*]}"
  if ! "${as_root[@]}" apt-get install -y --no-install-recommends "${packages[@]}" >"$results/apt.log" 2>&1; then
    { "${as_root[@]}" apt-get update &&
      "${as_root[@]}" apt-get install -y --no-install-recommends "${packages[@]}"
    } >>"$results/apt.log" 2>&1 || { tail -n 5 "$results/apt.log"; echo "Not installed: ${packages[*]}"; }
  fi
}

install_interop() {
  local folder=tests/interop
  has npm || return 0
  # npm writes this file last, so it is there only after a complete install.
  [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] || return 0
  echo "Installing the judges of $folder"
  # Not `npm ci`: that wants binaries for platforms that a registry may not serve. Versions are those of the lock file.
  (cd "$folder" && npm install --no-save --no-audit --no-fund --loglevel=error &&
    touch node_modules/.package-lock.json) \
    >"$results/npm.log" 2>&1 || { tail -n 5 "$results/npm.log"; echo "Not installed: the judges of $folder"; }
}

# ---- Running -------------------------------------------------------------------------------------------------------

# The number of seconds of a family in this mode.
seconds_of() {
  sed -n "/\"$mode\":/s/.*\"$1\": *\([0-9]*\).*/\1/p" tests/budget.json
}

passed=0 failed=0 skipped=0
: >"$results/skipped.txt"

# run NAME PROJECT SECONDS [dotnet test arguments]: runs, adds to the counts and prints one line.
run() {
  local name=$1 project=$2 seconds=$3 limit=() status p f s started=$SECONDS
  shift 3
  local trx=$results/$name.trx log=$results/$name.log
  if has timeout; then limit=(timeout --kill-after=20 $((seconds * 2 + 60))); fi
  ${limit[@]+"${limit[@]}"} dotnet test "tests/$project" -c "$configuration" --no-build -v quiet \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$trx" "$@" >"$log" 2>&1
  status=$?
  p=0 f=0 s=0
  if [ -f "$trx" ]; then
    p=$(grep -c '<UnitTestResult .*outcome="Passed"' "$trx")
    f=$(grep -c '<UnitTestResult .*outcome="Failed"' "$trx")
    s=$(grep -c '<UnitTestResult .*outcome="NotExecuted"' "$trx")
  fi
  printf '%-52s %5d passed %4d failed %4d skipped  %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - started))
  if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
    f=1
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then echo "  stopped: it took more than twice its $seconds seconds"
    else echo "  ended with code $status before all tests ran"; fi
    tail -n 25 "$log" | sed 's/^/  /'
  elif [ "$f" -gt 0 ]; then
    grep -v -e '^Test run for' -e '^A total of' -e '^Results File' "$log" | head -n 200 | sed 's/^/  /'
  fi
  [ "$s" -eq 0 ] || skips "$trx" | tee -a "$results/skipped.txt"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# Prints "  skipped NAME: REASON" for each skipped test of a result file.
skips() {
  awk '/<UnitTestResult .*outcome="NotExecuted"/ { match($0, /testName="[^"]*"/); name = substr($0, RSTART + 10, RLENGTH - 11) }
       /<Message>/ && name != "" { gsub(/.*<Message>|<\/Message>.*/, ""); print "  skipped " name ": " $0; name = "" }' "$1" |
    sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# Runs one project: its budgeted families each by themselves, then all the rest.
run_project() {
  local project=$1 family rest=""
  for family in simulation fuzz kill sql clients; do
    if grep -rqs --include='*.cs' "Trait(\"Budget\", \"$family\")" "tests/$project"; then
      rest="$rest${rest:+&}Budget!=$family"
      run "$project.$family$suffix" "$project" "$(seconds_of $family)" --filter "Budget=$family"
    fi
  done
  if [ -n "$rest" ]; then run "$project$suffix" "$project" "$(seconds_of rest)" --filter "$rest"
  else run "$project$suffix" "$project" "$(seconds_of rest)"; fi
}

wanted() {
  [ ${#projects[@]} -eq 0 ] && return 0
  local part
  for part in "${projects[@]}"; do
    if printf '%s' "$1" | grep -qi -- "$part"; then return 0; fi
  done
  return 1
}

build() {
  heading "Building ($1)"
  dotnet build ColFrag.sln -c "$1" --nologo -v quiet 2>&1 | tee "$results/build-$1.log"
}

heading "Preparing"
install_packages
install_interop
for family in simulation fuzz kill sql clients rest; do
  export "COLFRAG_BUDGET_$(echo $family | tr '[:lower:]' '[:upper:]')=$(seconds_of $family)"
done

[ "$mode" != long ] || export COLFRAG_LONG=1

# Release is what users run. The long mode runs everything a second time in Debug, whose arenas poison freed memory.
configurations=(Release)
[ "$mode" != long ] || configurations+=(Debug)
for configuration in "${configurations[@]}"; do
  suffix=""
  [ "$configuration" = Release ] || suffix=".debug"
  if ! build "$configuration"; then
    failed=$((failed + 1))
    continue
  fi
  heading "Testing ($configuration)"
  for file in tests/*.Tests/*.Tests.csproj; do
    project=$(basename "$(dirname "$file")")
    wanted "$project" || continue
    run_project "$project"
    # Kernels must mean the same without vector instructions.
    if [ "$project" = ColFrag.Engine.Tests ] && [ -d "tests/$project/Kernels" ]; then
      DOTNET_EnableHWIntrinsic=0 run "$project.scalar$suffix" "$project" "$(seconds_of rest)" \
        --filter 'FullyQualifiedName~.Kernels.'
    fi
    # So must whole statements.
    if [ "$project" = ColFrag.Sql.Tests ]; then
      DOTNET_EnableHWIntrinsic=0 run "$project.scalar$suffix" "$project" "$(seconds_of rest)" \
        --filter 'FullyQualifiedName~A_script_goes_as_written'
    fi
  done
done

heading "Total"
if [ "${CI:-}" = true ]; then
  # Data beside the checkout may be absent from a machine, its user may not be permitted what a test needs, and long
  # tests wait for --long; a judge that could be installed may not be absent.
  missing=$(grep -cv -e ': data absent: ' -e ': long run: ' -e ': not permitted: ' "$results/skipped.txt")
  if [ "$missing" -gt 0 ]; then
    echo "Skipped in CI, which counts as failed:"
    grep -v -e ': data absent: ' -e ': long run: ' -e ': not permitted: ' "$results/skipped.txt"
    failed=$((failed + missing)) skipped=$((skipped - missing))
  fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
