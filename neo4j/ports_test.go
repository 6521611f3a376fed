package neo4j

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhoMayTakeBackups(t *testing.T) {
	for address, outside := range map[string]bool{
		"": false, "127.0.0.1:6362": false, "127.0.0.1:6362-6372": false, "127.0.0.1": false, "localhost:6362": false, "[::1]:6362": false, "::1": false,
		"0.0.0.0:6362": true, "0.0.0.0:6362-6372": true, ":6362": true, "[::]:6362": true, "10.0.0.7": true, "neo4j-0.neo4j:6362": true,
	} {
		for _, key := range backupAddresses {
			s := Spec{Edition: Enterprise, Settings: map[string]string{key: address}}
			assert.Equal(t, outside, s.BackupOutside(), "%s=%s", key, address)
			s.Edition = Community
			assert.False(t, s.BackupOutside(), "Community has no such port")
		}
	}
	for _, key := range backupSwitches {
		assert.False(t, Spec{Edition: Enterprise, Settings: map[string]string{"server.backup.listen_address": "0.0.0.0:6362", key: "FALSE"}}.BackupOutside())
	}
}
