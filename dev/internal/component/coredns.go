package component

import (
	"fmt"
	"os"

	"github.com/coredns/caddy"
	_ "github.com/coredns/coredns/core/dnsserver" // the server type
	_ "github.com/coredns/coredns/plugin/bind"    // and the plugins that a small cluster needs
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"
)

// runCoreDNS serves the Corefile named by the only argument.
func runCoreDNS(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("coredns: want one argument, the Corefile")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	caddy.AppName, caddy.AppVersion = "CoreDNS", "1.12.4"
	caddy.TrapSignals()
	instance, err := caddy.Start(caddy.CaddyfileInput{Contents: text, Filepath: args[0], ServerTypeName: "dns"})
	if err != nil {
		return err
	}
	instance.Wait()
	return nil
}
