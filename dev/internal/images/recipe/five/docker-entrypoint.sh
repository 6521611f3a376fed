#!/bin/bash
# The entry point of the locally built images of 5.x and the calendar releases. It keeps the contract of the official ones: NEO4J_*
# variables become settings and beat the file, known folders are honoured, a mounted /conf takes the place of the image's whole
# configuration, NEO4J_AUTH sets the first password of an empty volume, Enterprise wants its licence accepted.
set -eu
home=${NEO4J_HOME:-/var/lib/neo4j}
conf=$home/conf/neo4j.conf
command=${1:-neo4j}

if [ "$(id -u)" = 0 ]; then
  for dir in /data /logs /metrics; do if [ -d "$dir" ]; then chown -R 7474:7474 "$dir"; fi; done
  exec setpriv --reuid=7474 --regid=7474 --clear-groups -- "$0" "$@"
fi

if [ "$command" != neo4j ] && [ "$command" != dump-config ]; then exec "$@"; fi

if [ -f /image/needs-licence ]; then
  case ${NEO4J_ACCEPT_LICENSE_AGREEMENT:-no} in
  yes | eval) ;;
  *)
    cat >&2 <<'TEXT'
This image holds Neo4j Enterprise, which is used under a licence. To accept it set the environment variable
NEO4J_ACCEPT_LICENSE_AGREEMENT=yes (or eval, for an evaluation)
TEXT
    exit 1
    ;;
  esac
fi

# A mounted /conf replaces all of the image's, its JVM lines and log4j files too.
if [ -d /conf ] && [ "$command" = neo4j ]; then
  rm -rf "${home:?}"/conf/*
  for file in /conf/*; do if [ -f "$file" ]; then cp -L "$file" "$home/conf/"; fi; done
fi
if [ ! -f "$conf" ]; then : >"$conf"; fi
folder() { if [ -d "$1" ]; then export "$2=${!2:-$1}"; fi; }
folder /plugins NEO4J_server_directories_plugins
folder /logs NEO4J_server_directories_logs
folder /import NEO4J_server_directories_import
folder /metrics NEO4J_server_directories_metrics
folder /licenses NEO4J_server_directories_licenses
if [ -d /ssl ]; then rm -rf "$home/certificates"; ln -s /ssl "$home/certificates"; fi

# The image's defaults are for what neither the file nor the environment sets; what the environment sets, the file does not. Names
# are marked with a colon, so that none is empty, and are only ever looked up.
declare -A value=([server.memory.pagecache.size]=512M [server.default_listen_address]=0.0.0.0) listed=() in_file=()
if [ -f /image/needs-licence ]; then
  host=$(hostname)
  value[server.cluster.advertised_address]=$host:6000
  value[server.cluster.raft.advertised_address]=$host:7000
  value[server.routing.advertised_address]=$host:7688
fi
trim() { trimmed=${1#"${1%%[![:space:]]*}"} trimmed=${trimmed%"${trimmed##*[![:space:]]}"}; }
lines=() from_environment=()
while IFS= read -r line || [ -n "$line" ]; do
  trim "$line"
  case $trimmed in '' | '#'*) continue ;; esac
  line=$trimmed
  trim "${line%%=*}"
  in_file[":$trimmed"]=1
  lines+=("$line")
done <"$conf"
for name in "${!NEO4J_@}"; do
  case $name in
  NEO4J_AUTH | NEO4J_AUTH_PATH | NEO4J_HOME | NEO4J_CONF | NEO4J_EDITION | NEO4J_ACCEPT_LICENSE_AGREEMENT | NEO4J_DEBUG | NEO4J_PLUGINS) continue ;;
  NEO4J_SHA256 | NEO4J_TARBALL | NEO4J_DEPRECATION_WARNING | NEO4JLABS_PLUGINS | *_FILE) continue ;;
  esac
  key=${name#NEO4J_} key=${key//__/@} key=${key//_/.} key=${key//@/_}
  # As officially: a variable without a value sets nothing, nor does one whose name would begin with a digit.
  case $key in '' | [0-9]*) continue ;; esac
  if [ -z "${!name}" ]; then continue; fi
  if [ "$key" != server.jvm.additional ]; then listed[":$key"]=1; fi
  in_file[":$key"]=1
  from_environment+=("$key=${!name}")
  # The tools below read the settings from the file; the variable would be an unknown one to them.
  unset "$name"
done
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

if [ "$command" = dump-config ]; then
  if [ ! -d /conf ]; then echo "dump-config needs a folder mounted at /conf" >&2; exit 1; fi
  cp "$home"/conf/* /conf/
  exit 0
fi

if [ -n "${NEO4J_AUTH_PATH:-}" ]; then NEO4J_AUTH=$(<"$NEO4J_AUTH_PATH"); fi
case ${NEO4J_AUTH:-} in
none) printf '\ndbms.security.auth_enabled=false\n' >>"$conf" ;;
neo4j/neo4j) echo "Invalid value for password: it cannot be the default, neo4j." >&2; exit 1 ;;
neo4j/?*)
  # The official images give the password to neo4j-admin as an argument, where every process list shows it.
  if [ ! -f /data/dbms/auth.ini ]; then
    BOX_FIRST_PASSWORD=${NEO4J_AUTH#neo4j/} java -cp "/image/classes:$home/lib/*" box.FirstPassword
  fi
  ;;
'') ;;
*) echo "Invalid value for NEO4J_AUTH: it must be none or neo4j/<password>." >&2; exit 1 ;;
esac
unset NEO4J_AUTH NEO4J_AUTH_PATH

# Plugins come from the image only: nothing is downloaded on a closed machine.
plugins=${NEO4J_PLUGINS:-}
for name in $(tr -d '[]"' <<<"${plugins//,/ }"); do
  found=
  for jar in "$home"/labs/"$name"-*.jar "$home"/products/"$name"-*.jar; do
    if [ -f "$jar" ]; then
      to=${NEO4J_server_directories_plugins:-$home/plugins}
      if [ -d /plugins ]; then to=/plugins; fi
      cp "$jar" "$to/$name.jar"
      found=1
    fi
  done
  if [ -z "$found" ]; then echo "Plugin $name is not in this image, and nothing can be downloaded here; mount its jar at /plugins." >&2; exit 1; fi
done
unset NEO4J_PLUGINS

if [ -f "${EXTENSION_SCRIPT:-}" ]; then . "$EXTENSION_SCRIPT"; fi
cd "$home"
exec "$home/bin/neo4j" console
