#!/bin/bash
# The entry point of the locally built images. It keeps the contract of the official 3.x images: NEO4J_* variables become
# settings, known folders are honoured, NEO4J_AUTH sets the first password, Enterprise wants its licence accepted.
set -eu
home=${NEO4J_HOME:-/var/lib/neo4j}
conf=$home/conf/neo4j.conf
command=${1:-neo4j}

if [ "$(id -u)" = 0 ]; then
  for dir in /data /logs /metrics; do if [ -d "$dir" ]; then chown -R 7474:7474 "$dir"; fi; done
  exec setpriv --reuid=7474 --regid=7474 --clear-groups -- "$0" "$@"
fi

if [ "$command" != neo4j ] && [ "$command" != dump-config ]; then exec "$@"; fi

if [ -f /image/needs-licence ] && [ "${NEO4J_ACCEPT_LICENSE_AGREEMENT:-no}" != yes ]; then
  cat >&2 <<'EOF'
This image holds Neo4j Enterprise, which is used under a licence. To accept it set the environment variable
NEO4J_ACCEPT_LICENSE_AGREEMENT=yes
EOF
  exit 1
fi

# Files of the user's own replace the image's, the whole file: its JVM lines are gone then.
if [ -d /conf ] && [ "$command" = neo4j ]; then
  for file in /conf/*; do if [ -f "$file" ]; then cp -L "$file" "$home/conf/"; fi; done
fi
if [ -d /ssl ]; then export "NEO4J_dbms_directories_certificates=${NEO4J_dbms_directories_certificates:-/ssl}"; fi
for dir in plugins logs import metrics; do
  name=NEO4J_dbms_directories_$dir
  if [ -d "/$dir" ]; then export "$name=${!name:-/$dir}"; fi
done

# 3.1's image took these in camel case too.
camel() { local value=${!1:-}; if [ -n "$value" ] && [ -z "${!2:-}" ]; then export "$2=$value"; fi; unset "$1"; }
camel NEO4J_causalClustering_initialDiscoveryMembers NEO4J_causal__clustering_initial__discovery__members
camel NEO4J_causalClustering_expectedCoreClusterSize NEO4J_causal__clustering_expected__core__cluster__size
camel NEO4J_causalClustering_discoveryAdvertisedAddress NEO4J_causal__clustering_discovery__advertised__address
camel NEO4J_causalClustering_transactionAdvertisedAddress NEO4J_causal__clustering_transaction__advertised__address
camel NEO4J_causalClustering_raftAdvertisedAddress NEO4J_causal__clustering_raft__advertised__address
camel NEO4J_causalClustering_discoveryListenAddress NEO4J_causal__clustering_discovery__listen__address
camel NEO4J_causalClustering_transactionListenAddress NEO4J_causal__clustering_transaction__listen__address
camel NEO4J_causalClustering_raftListenAddress NEO4J_causal__clustering_raft__listen__address
camel NEO4J_dbms_connectors_defaultAdvertisedAddress NEO4J_dbms_connectors_default__advertised__address
camel NEO4J_dbms_txLog_rotation_retentionPolicy NEO4J_dbms_tx__log_rotation_retention__policy

declare -A value=() listed=()
default() { value[$1]=$2; }
default dbms.connectors.default_listen_address 0.0.0.0
default dbms.memory.pagecache.size 512M
default dbms.memory.heap.initial_size 512M
default dbms.memory.heap.max_size 512M
default dbms.tx_log.rotation.retention_policy "100M size"
host=$(hostname)
default causal_clustering.discovery_advertised_address "$host:5000"
default causal_clustering.transaction_advertised_address "$host:6000"
default causal_clustering.raft_advertised_address "$host:7000"
default causal_clustering.discovery_listen_address 0.0.0.0:5000
default causal_clustering.transaction_listen_address 0.0.0.0:6000
default causal_clustering.raft_listen_address 0.0.0.0:7000

# What the file sets, an image default does not; what the environment sets, the file does not. Names are marked with a colon,
# so that none is empty, and are only ever looked up: unset of an element would have bash evaluate a name of the file's.
trim() { trimmed=${1#"${1%%[![:space:]]*}"} trimmed=${trimmed%"${trimmed##*[![:space:]]}"}; }
declare -A in_file=()
lines=() jvm=() from_environment=()
while IFS= read -r line || [ -n "$line" ]; do
  trim "$line"
  case $trimmed in '' | '#'*) continue ;; esac
  line=$trimmed
  trim "${line%%=*}"
  in_file[":$trimmed"]=1
  lines+=("$line")
done <"$conf"
for name in "${!NEO4J_@}"; do
  case $name in NEO4J_AUTH | NEO4J_HOME | NEO4J_EDITION | NEO4J_ACCEPT_LICENSE_AGREEMENT | NEO4J_SHA256 | NEO4J_TARBALL | NEO4J_URI) continue ;; esac
  key=${name#NEO4J_} key=${key//__/@} key=${key//_/.} key=${key//@/_}
  # As officially: a variable without a value sets nothing, nor does one whose name would begin with a digit.
  case $key in '' | [0-9]*) continue ;; esac
  if [ -z "${!name}" ]; then continue; fi
  if [ "$key" != dbms.jvm.additional ]; then listed[":$key"]=1; fi
  in_file[":$key"]=1
  from_environment+=("$key=${!name}")
done
heap_initial=512M heap_max=512M
{
  for line in ${lines[@]+"${lines[@]}"}; do
    trim "${line%%=*}"
    if [ -z "${listed[":$trimmed"]:-}" ]; then printf '%s\n' "$line"; fi
  done
  for key in "${!value[@]}"; do
    if [ -z "${in_file[":$key"]:-}" ]; then printf '%s=%s\n' "$key" "${value[$key]}"; fi
  done
  for line in ${from_environment[@]+"${from_environment[@]}"}; do printf '%s\n' "$line"; done
} >"$conf.new"
mv "$conf.new" "$conf"
while IFS= read -r line; do
  trim "${line%%=*}"; key=$trimmed
  trim "${line#*=}"
  case $key in
  dbms.jvm.additional) jvm+=("$trimmed") ;;
  dbms.memory.heap.initial_size) heap_initial=$trimmed ;;
  dbms.memory.heap.max_size) heap_max=$trimmed ;;
  esac
done <"$conf"

if [ "$command" = dump-config ]; then
  if [ ! -d /conf ]; then echo "dump-config needs a folder mounted at /conf" >&2; exit 1; fi
  cp "$home"/conf/* /conf/
  exit 0
fi

case ${NEO4J_AUTH:-} in
none) printf '\ndbms.security.auth_enabled=false\n' >>"$conf" ;;
neo4j/neo4j) echo "Invalid value for password: it cannot be the default, neo4j." >&2; exit 1 ;;
neo4j/?*) export "BOX_FIRST_PASSWORD=${NEO4J_AUTH#neo4j/}" ;;
'') ;;
*) echo "Invalid value for NEO4J_AUTH: it must be none or neo4j/<password>." >&2; exit 1 ;;
esac
# One copy of the password is enough; the launcher takes it from its environment.
unset NEO4J_AUTH

if [ -f "${EXTENSION_SCRIPT:-}" ]; then . "$EXTENSION_SCRIPT"; fi

# The servers are of Java 8's time; what Java 17 wants for them belongs to the image, not to anybody's neo4j.conf.
opens=()
for package in java.nio java.io java.lang java.util java.util.concurrent sun.nio.ch sun.security.action; do
  opens+=("--add-opens=java.base/$package=ALL-UNNAMED")
done
# Jetty's client of that time, by which the K8S resolver asks the Kubernetes API, hangs in most handshakes of TLS 1.3, which Java 8 did
# not offer: seen as an EofException half a minute later, again and again.
opens+=(-Djdk.tls.client.protocols=TLSv1.2)
cd "$home"
exec java -XX:+IgnoreUnrecognizedVMOptions "-Xms$heap_initial" "-Xmx$heap_max" ${jvm[@]+"${jvm[@]}"} "${opens[@]}" \
  --add-opens=java.management/sun.management=ALL-UNNAMED --add-exports=java.base/sun.nio.ch=ALL-UNNAMED \
  --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED -Dunsupported.dbms.edition=enterprise -Dfile.encoding=UTF-8 \
  -cp "/image/classes:$home/conf:$home/lib/*:$home/plugins/*" box.Launch "--home-dir=$home" "--config-dir=$home/conf"
