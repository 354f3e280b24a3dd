//go:build unix

package postgrestest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
	"syscall"
)

// ordinaryUser is whom a server runs as: nil for the user that we are, unless that is root.
var ordinaryUser = sync.OnceValues(func() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
			gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(uidErr, gidErr)
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
})

// immediately is the signal for an immediate shutdown.
const immediately = syscall.SIGQUIT

// becomeOrdinary makes a command run as the ordinary user.
func becomeOrdinary(cmd *exec.Cmd) {
	credential, _ := ordinaryUser()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setpgid: true}
}

// giveAway makes files the ordinary user's.
func giveAway(paths ...string) error {
	credential, err := ordinaryUser()
	if err != nil || credential == nil {
		return err
	}
	for _, path := range paths {
		if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
			return err
		}
	}
	return nil
}
