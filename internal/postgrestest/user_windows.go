package postgrestest

import (
	"os"
	"os/exec"
)

var immediately = os.Kill

func becomeOrdinary(*exec.Cmd) {}

func giveAway(...string) error { return nil }
