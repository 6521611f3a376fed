package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// inside is the first process of the bare servers' namespaces: it takes orders by its input and ends with it, and the kernel
// then ends every server.
func inside(ctx context.Context, in io.Reader, out io.Writer) error {
	orders, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	var o bareOrder
	if err := orders.Decode(&o); err != nil {
		return err
	}
	servers := make([]*server, 3)
	for i := range servers {
		servers[i] = newServer(o, i)
	}
	took, err := form(ctx, servers)
	if err := answers.Encode(answer(bareAnswer{Formed: took}, err)); err != nil {
		return err
	}
	for {
		var what string
		if err := orders.Decode(&what); err != nil {
			return nil // the bench has ended, and so do we
		}
		lost, err := timeFailover(ctx, membersOf(servers), o.Password, func(_ context.Context, name string) error {
			for _, s := range servers {
				if s.Name == name {
					return s.cmd.Process.Kill()
				}
			}
			return fmt.Errorf("no server %s", name)
		})
		if err := answers.Encode(answer(bareAnswer{Outage: lost}, err)); err != nil {
			return err
		}
	}
}

func answer(a bareAnswer, err error) bareAnswer {
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// form starts the servers together and gives the time until all are available.
func form(ctx context.Context, servers []*server) (time.Duration, error) {
	// The first process of a network namespace finds its loopback down, and of a process namespace another's /proc.
	if out, err := exec.CommandContext(ctx, "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return 0, fmt.Errorf("private mounts: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return 0, fmt.Errorf("/proc: %w", err)
	}
	for _, s := range servers {
		if err := s.prepare(); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	for _, s := range servers {
		if err := s.cmd.Start(); err != nil {
			return 0, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	if err := available(ctx, membersOf(servers)); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// server is one bare server; its ports are the usual ones plus 10000, plus its number.
type server struct {
	member
	number int
	home   string
	cmd    *exec.Cmd
}

func membersOf(servers []*server) []member {
	var all []member
	for _, s := range servers {
		all = append(all, s.member)
	}
	return all
}

// jvm are the image's own lines and those that Java 17 wants; the program's neo4j.conf adds the next three, the stack dev the last two.
var jvm = strings.Fields(`-XX:+IgnoreUnrecognizedVMOptions -Xms256m -Xmx256m -XX:-OmitStackTraceInFastThrow -XX:+AlwaysPreTouch
-XX:+UnlockExperimentalVMOptions -XX:+TrustFinalNonStaticFields -XX:+DisableExplicitGC -Djdk.tls.ephemeralDHKeySize=2048
--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED
--add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.util.concurrent=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
--add-opens=java.base/sun.security.action=ALL-UNNAMED --add-opens=java.management/sun.management=ALL-UNNAMED
--add-exports=java.base/sun.nio.ch=ALL-UNNAMED --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
-Dunsupported.dbms.edition=enterprise -Dfile.encoding=UTF-8 -XX:TieredStopAtLevel=1 -XX:+UseSerialGC`)

func newServer(o bareOrder, number int) *server {
	name := fmt.Sprintf("bare-%d", number)
	s := &server{member: member{name, fmt.Sprintf("127.0.0.1:%d", 17474+number)}, number: number, home: filepath.Join(o.Dir, name)}
	conf := filepath.Join(s.home, "conf")
	path := strings.Join([]string{o.Classes, conf, filepath.Join(o.Lib, "*")}, ":")
	s.cmd = exec.Command("java", append(append([]string{}, jvm...), "-cp", path, "box.Launch", "--home-dir="+s.home, "--config-dir="+conf)...)
	s.cmd.Dir = s.home
	s.cmd.Env = append(os.Environ(), "NEO4J_HOME="+s.home, "BOX_FIRST_PASSWORD="+o.Password)
	return s
}

func (s *server) prepare() error {
	for _, dir := range []string{"conf", "logs", "data"} {
		if err := os.MkdirAll(filepath.Join(s.home, dir), 0o755); err != nil {
			return err
		}
	}
	// A file and no pipe: nothing waits for a reader.
	console, err := os.Create(filepath.Join(s.home, "logs", "console.log"))
	if err != nil {
		return err
	}
	s.cmd.Stdout, s.cmd.Stderr = console, console
	return os.WriteFile(filepath.Join(s.home, "conf", "neo4j.conf"), []byte(s.settings()), 0o644)
}

// settings are those of the stack dev, with ports that do not meet.
func (s *server) settings() string {
	address := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port+s.number) }
	lines := []string{
		"dbms.mode=CORE", "dbms.udc.enabled=false", "dbms.connector.https.enabled=false",
		"dbms.memory.heap.initial_size=256m", "dbms.memory.heap.max_size=256m", "dbms.memory.pagecache.size=32m",
		"dbms.tx_log.rotation.retention_policy=100M size", "dbms.security.causal_clustering_status_auth_enabled=false",
		"causal_clustering.leader_election_timeout=1s", "causal_clustering.cluster_topology_refresh=1s", preVoting + "=true",
		"causal_clustering.minimum_core_cluster_size_at_formation=3",
		"causal_clustering.minimum_core_cluster_size_at_runtime=3",
		"causal_clustering.initial_discovery_members=127.0.0.1:15000,127.0.0.1:15001,127.0.0.1:15002",
		"dbms.backup.address=" + address(16362),
		"dbms.connector.bolt.enabled=true", "dbms.connector.http.enabled=true",
	}
	for key, port := range map[string]int{
		"dbms.connector.bolt.": 17687, "dbms.connector.http.": 17474, "causal_clustering.discovery_": 15000,
		"causal_clustering.transaction_": 16000, "causal_clustering.raft_": 17000,
	} {
		lines = append(lines, key+"listen_address="+address(port), key+"advertised_address="+address(port))
	}
	return strings.Join(lines, "\n") + "\n"
}
