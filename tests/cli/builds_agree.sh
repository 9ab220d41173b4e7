#!/usr/bin/env bash
# builds_agree.sh SOURCE PSGRID WORK [PRESET...]
#
# Builds psgrid with other presets (default: debug asan) below WORK, runs scenarios with those
# builds and with PSGRID, and compares all results byte for byte but run_info.json.
set -euo pipefail

source=$1 reference=$2 work=$3
shift 3
presets=("$@")
(($#)) || presets=(debug asan)

# Short enough for a build with sanitizers; every consistency model, topology and learner.
scenarios=(
  bsp-ssp-async sparse-mails perceptron-fmnist
  topologies/{star,racks,fat-tree,torus,dragonfly,graph,platform}
  stragglers/{bursts,pareto,periodic,servers,trace,weibull}
)
sharings=(windowed analytic)

# results PROGRAM NAME SCENARIO SHARING: in a directory at the same depth for every program, because
# results name the data by relative paths.
results() {
  local set=(--set /job/stop/iterations=20 --set "/cluster/network/sharing=$4")
  "$1" compare "$source/scenarios/$3.json" -o "$work/results-$2/${3//\//-}-$4" --quiet \
    --seeds 1 "${set[@]}" >/dev/null 2>"$work/errors" && return
  # The mode may not go with the topology, which is the same for all builds.
  local status=$?
  ((status == 2)) || {
    cat "$work/errors" >&2
    exit 1
  }
}

all_results() {
  local scenario sharing
  rm -rf "$work/results-$2"
  for scenario in "${scenarios[@]}"; do
    for sharing in "${sharings[@]}"; do results "$1" "$2" "$scenario" "$sharing"; done
  done
}

mkdir -p "$work"
all_results "$reference" reference
for preset in "${presets[@]}"; do
  (cd "$source" && cmake --preset "$preset" -B "$work/$preset" -DPSGRID_TESTS=OFF >/dev/null)
  ninja -C "$work/$preset" psgrid >"$work/$preset.log" || {
    tail -n 50 "$work/$preset.log"
    exit 1
  }
  all_results "$work/$preset/psgrid" "$preset"
  diff -rq -x run_info.json "$work/results-reference" "$work/results-$preset"
  printf '%s: %d files are the same\n' "$preset" \
    "$(find "$work/results-$preset" -type f ! -name run_info.json | wc -l)"
done
