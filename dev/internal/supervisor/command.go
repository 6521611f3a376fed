package supervisor

import (
	"bufio"
	"errors"
	"fmt"
	"log"
	"net"
	"strconv"
	"strings"
	"time"

	"neo4j-kubernetes/dev/internal/home"
)

// serve answers "stop N" and "start N", a line each.
func (s *supervisor) serve(control net.Listener) {
	for {
		conn, err := control.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			log.Printf("control socket: %v", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		// One who connects and says nothing must not keep the others out.
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		line, _ := bufio.NewReader(conn).ReadString('\n')
		answer := "ok"
		if err := s.command(strings.Fields(line)); err != nil {
			answer = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		_, _ = fmt.Fprintln(conn, answer)
		_ = conn.Close()
	}
}

func (s *supervisor) command(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want stop N or start N")
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 1 || n > s.config.Nodes {
		return fmt.Errorf("no node %s: the box has nodes 1 to %d", words[1], s.config.Nodes)
	}
	s.power.Lock()
	defer s.power.Unlock()
	switch words[0] {
	case "stop":
		err = s.stopNode(n)
	case "start":
		err = s.startNode(n)
	default:
		return fmt.Errorf("want stop N or start N")
	}
	return errors.Join(err, s.save())
}

// Command sends a line to a running supervisor.
func Command(b home.Box, line string) error {
	conn, err := net.DialTimeout("unix", b.Path("control.sock"), 5*time.Second)
	if err != nil {
		return fmt.Errorf("the box is not running: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintln(conn, line); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("no answer from the supervisor: %w", err)
	}
	if answer = strings.TrimSpace(answer); answer != "ok" {
		return errors.New(answer)
	}
	return nil
}
