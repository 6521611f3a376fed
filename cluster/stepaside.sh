# The kubelet runs this in a core's container before it tells the server to end (preStop). A leader that is told to end closes Bolt at once
# and goes on leading until its process is gone, six seconds later on 3.5: nobody elects another meanwhile. So it is held by SIGSTOP until
# another member leads, which is what a long pause of a virtual machine does to it. It finds that out when it goes on, and ends as a follower.
#
# Arguments: the members' names with %d for the ordinal, the port of HTTP, the path that answers 200 where a member leads, how many seconds
# it may be held at most, the folder of processes.
names=$1 port=$2 path=$3 limit=$4 processes=$5

# answer HOST: the status of its answer, empty for none.
answer() {
  timeout 1 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && read -r _ status _ <&3 && echo "$status"' \
    "$1" "$port" "$path" 2>/dev/null
}

own=$(printf "$names" "${POD_NAME##*-}")
[ "$(answer "$own")" = 200 ] || exit 0

others=()
for ordinal in {0..10}; do
  other=$(printf "$names" "$ordinal")
  if [ "$other" != "$own" ] && [ -n "$(answer "$other")" ]; then others+=("$other"); fi
done
[ ${#others[@]} -gt 0 ] || exit 0

servers=()
for process in "$processes"/[0-9]*; do
  if [ "$(cat "$process/comm" 2>/dev/null)" = java ]; then servers+=("${process##*/}"); fi
done
[ ${#servers[@]} -gt 0 ] || exit 0

# However this ends, the server goes on.
trap 'kill -CONT "${servers[@]}"' EXIT
trap 'exit 0' TERM INT HUP
kill -STOP "${servers[@]}"
while [ "$SECONDS" -lt "$limit" ]; do
  left=
  for other in "${others[@]}"; do
    case $(answer "$other") in
      200) exit 0 ;;
      ?*) left=yes ;;
    esac
  done
  [ -n "$left" ] || exit 0 # all end at once: nobody is there to take over
  sleep 0.1
done
