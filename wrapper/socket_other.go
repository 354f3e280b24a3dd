//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package wrapper

const systemTells = false

func isReadable(uintptr) bool { return true }
