#!/bin/bash
# The entry point of a locally built image of the time before 3.1.4. It keeps the contract of the official images of then, which is
# a narrow one: a handful of variables become settings, a file below /conf replaces them all, and the home folder is root's, so no
# other user can start the image this way. Whoever wants one brings writable folders and starts bin/neo4j.
set -eu
home=${NEO4J_HOME:-/var/lib/neo4j}
conf=$home/conf/neo4j.conf
command=${1:-neo4j}
if [ "$command" != neo4j ] && [ "$command" != dump-config ]; then exec "$@"; fi

setting() {
  if [ -z "$2" ]; then return; fi
  # Rewritten in place: another user may have been given this file alone.
  local kept
  kept=$(awk -v key="$1" 'index($0, key "=") != 1' "$conf")
  printf '%s\n%s=%s\n' "$kept" "$1" "$2" >"$conf"
}
host=$(hostname)
setting dbms.tx_log.rotation.retention_policy "${NEO4J_dbms_txLog_rotation_retentionPolicy:-100M size}"
setting dbms.memory.pagecache.size "${NEO4J_dbms_memory_pagecache_size:-512M}"
setting dbms.memory.heap.initial_size "${NEO4J_dbms_memory_heap_maxSize:-512M}"
setting dbms.memory.heap.max_size "${NEO4J_dbms_memory_heap_maxSize:-512M}"
setting dbms.connectors.default_listen_address 0.0.0.0
setting dbms.connector.http.listen_address 0.0.0.0:7474
setting dbms.connector.https.listen_address 0.0.0.0:7473
setting dbms.connector.bolt.listen_address 0.0.0.0:7687
setting dbms.mode "${NEO4J_dbms_mode:-}"
setting causal_clustering.expected_core_cluster_size "${NEO4J_causalClustering_expectedCoreClusterSize:-}"
setting causal_clustering.initial_discovery_members "${NEO4J_causalClustering_initialDiscoveryMembers:-}"
setting causal_clustering.discovery_advertised_address "${NEO4J_causalClustering_discoveryAdvertisedAddress:-$host:5000}"
setting causal_clustering.transaction_advertised_address "${NEO4J_causalClustering_transactionAdvertisedAddress:-$host:6000}"
setting causal_clustering.raft_advertised_address "${NEO4J_causalClustering_raftAdvertisedAddress:-$host:7000}"

case ${NEO4J_AUTH:-} in
none) setting dbms.security.auth_enabled false ;;
neo4j/neo4j) echo "Invalid value for password: it cannot be the default, neo4j." >&2; exit 1 ;;
neo4j/?*) if [ "$command" = neo4j ]; then "$home/bin/neo4j-admin" set-initial-password "${NEO4J_AUTH#neo4j/}"; fi ;;
'') ;;
*) echo "Invalid value for NEO4J_AUTH: it must be none or neo4j/<password>." >&2; exit 1 ;;
esac

if [ -f "${EXTENSION_SCRIPT:-}" ]; then . "$EXTENSION_SCRIPT"; fi
if [ "$command" = dump-config ]; then
  if [ ! -d /conf ]; then echo "dump-config needs a folder mounted at /conf" >&2; exit 1; fi
  cp "$home"/conf/* /conf/
  exit 0
fi
if [ -d /conf ]; then
  for file in /conf/*; do if [ -f "$file" ]; then cp -L "$file" "$home/conf/"; fi; done
fi
if [ -d /ssl ]; then setting dbms.directories.certificates /ssl; fi
for dir in plugins logs; do
  if [ -d "/$dir" ]; then setting "dbms.directories.$dir" "/$dir"; fi
done
exec "$home/bin/neo4j" console
