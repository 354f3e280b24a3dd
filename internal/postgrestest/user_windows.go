package postgrestest

import "os/exec"

func becomeOrdinary(*exec.Cmd) {}

func giveAway(...string) error { return nil }
