package conformance

import (
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARefusingAddressCannotBeTaken(t *testing.T) {
	a, err := NewRefusingAddress()
	require.NoError(t, err)
	for range 100 {
		_, err = net.Dial("tcp", a.String())
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		_, err = net.Listen("tcp", a.String())
		require.ErrorIs(t, err, syscall.EADDRINUSE)
	}
	require.NoError(t, a.Close())
}
